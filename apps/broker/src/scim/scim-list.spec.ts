import { type ScimItems, scimList } from './scim-list.js';
import type { ScimResource } from './scim-request.js';

interface User {
  id: string;
  userName: string;
}
const USERS: User[] = Array.from({ length: 1_000 }, (_, index) => ({
  id: `usr_${String(index).padStart(4, '0')}`,
  userName: `u${index}@acme.example`,
}));

/** A list of users that notes what it was asked for. */
function users(found?: string[]) {
  const keys: Readonly<Record<string, string>>[] = [];
  const reads: (readonly string[])[] = [];
  const list: ScimItems<User> = {
    kind: 'users',
    keys: ['id', 'userName', 'externalId'],
    find: async (key) => {
      keys.push(key);
      return found ?? USERS.map(({ id }) => id);
    },
    read: async (ids) => {
      reads.push(ids);
      return USERS.filter(({ id }) => ids.includes(id));
    },
    resourceOf: ({ id, userName }): ScimResource => ({
      ...{ schemas: [], id, userName, active: true },
      meta: { resourceType: 'User', location: '' },
    }),
  };
  return { list, keys, reads };
}

test.each([
  ['userName eq "U7@acme.example"', { userName: 'U7@acme.example' }],
  ['username EQ "u7@acme.example"', { userName: 'u7@acme.example' }],
  ['id eq "usr_0007"', { id: 'usr_0007' }],
  ['externalId eq "7"', { externalId: '7' }],
  ['active eq true and userName eq "u7@acme.example"', { userName: 'u7@acme.example' }],
])('of the filter %s only those that the key names are read', async (filter, key) => {
  const { list, keys, reads } = users(['usr_0007']);
  await scimList(list, { filter });
  expect([keys, reads]).toEqual([[key], [['usr_0007']]]);
});

test('what the key finds has to match the whole filter', async () => {
  const { list } = users(['usr_0007', 'usr_0008']);
  const filter = 'userName eq "u7@acme.example" and active eq true';
  expect(await scimList(list, { filter })).toMatchObject({
    totalResults: 1,
    Resources: [{ id: 'usr_0007' }],
  });
  expect(await scimList(list, { filter: filter.replace('true', 'false') })).toMatchObject({
    totalResults: 0,
  });
});

test.each([
  'userName eq "u7@acme.example" or userName eq "u8@acme.example"',
  'not (userName eq "u7@acme.example")',
  'userName co "u7@"',
  'userName eq true',
])('of the filter %s all are read, a part at a time', async (filter) => {
  const { list, keys, reads } = users();
  await scimList(list, { filter });
  expect([keys, reads.flat()]).toEqual([[{}], USERS.map(({ id }) => id)]);
  expect(Math.max(...reads.map(({ length }) => length))).toBeLessThanOrEqual(200);
});

test('without a filter only the page is read, and all are counted', async () => {
  const { list, reads } = users();
  const page = await scimList(list, { startIndex: '999', count: '5' });
  expect(reads).toEqual([['usr_0998', 'usr_0999']]);
  expect(page).toMatchObject({ totalResults: 1_000, startIndex: 999, itemsPerPage: 2 });
});

test('a page of the matches of a filter begins and ends where it should', async () => {
  const { list } = users();
  const page = await scimList(list, { filter: 'userName sw "u99"', startIndex: '2', count: '3' });
  expect(page).toMatchObject({ totalResults: 11, startIndex: 2, itemsPerPage: 3 });
  expect(page.Resources.map(({ id }) => id)).toEqual(['usr_0990', 'usr_0991', 'usr_0992']);
});

test('P6: a long filter lets other work in between', async () => {
  const { list } = users();
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await scimList(list, { filter: Array.from({ length: 40 }, () => 'userName co "zzz"').join(' or ') });
  isOver = true;
  expect(turns).toBeGreaterThan(2);
});
