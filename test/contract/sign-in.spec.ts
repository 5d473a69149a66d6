/** @soak */

import type { Session, SignInAttempt } from '@countersign/access';
import { uuidV7Ids } from '@countersign/persistence';
import { rowsAt } from '../support/rows-at.js';
import { describeOn } from './support/describe-store.js';
import { aPerson } from './support/rows.js';

const AT = '2026-11-24T15:00:00.000Z';
const LATER = '2026-11-25T03:00:00.000Z';

const aSession = (person: string, change: Partial<Session> = {}): Session => ({
  id: uuidV7Ids.next('ses'),
  hash: uuidV7Ids.next('ses'),
  person,
  kind: 'web',
  assurance: 'oidc',
  device: 'Firefox',
  parent: null,
  authenticatedAt: null,
  createdAt: AT,
  seenAt: AT,
  expiresAt: LATER,
  endedAt: null,
  ...change,
});

const anAttempt = (change: Partial<SignInAttempt> = {}): SignInAttempt => ({
  hash: uuidV7Ids.next('ses'),
  kind: 'code',
  person: null,
  browser: 'b',
  data: { returnTo: '/' },
  misses: 0,
  createdAt: AT,
  expiresAt: LATER,
  ...change,
});

describeOn('SQLite', 'sign-in', (bench) => {
  const write: typeof bench.store.asVendor = (work) => bench.store.asVendor(work);
  const read: typeof bench.store.readAsVendor = (work) => bench.store.readAsVendor(work);
  const somebody = async (tenant: string | null = null) => {
    const person = aPerson({ tenant });
    await write((unit) => unit.organisation.savePerson(person));
    return person;
  };

  test('a session is found by its hash with its person, used, and ended once with what it let in', async () => {
    const person = await somebody();
    const session = aSession(person.id);
    const command = aSession(person.id, { kind: 'cli', parent: session.id });
    const other = aSession(person.id);
    await write(async ({ sessions }) => {
      for (const each of [session, command, other]) await sessions.insert(each);
    });
    expect(await read((unit) => unit.sessions.findByHash(session.hash))).toEqual({ session, person });
    expect(await read((unit) => unit.sessions.findByHash('none'))).toBeNull();
    await bench.store.sessionUse.write((unit) => unit.sessions.touch(session.id, '2026-11-24T15:10:00.000Z'));
    await bench.store.sessionUse.write((unit) => unit.sessions.touch(session.id, '2026-11-24T15:05:00.000Z'));
    expect((await read((unit) => unit.sessions.find(session.id)))?.seenAt).toBe('2026-11-24T15:10:00.000Z');
    const end = () => write((unit) => unit.sessions.end(session.id, AT));
    expect([await end(), await end()]).toEqual([true, false]);
    const standing = await read((unit) => unit.sessions.ofPerson(person.id, AT));
    expect(standing.map(({ id }) => id)).toEqual([other.id]);
    expect(await read((unit) => unit.sessions.ofPerson(person.id, LATER))).toEqual([]);
    await write((unit) => unit.sessions.endAllOf(person.id, AT));
    expect(await read((unit) => unit.sessions.ofPerson(person.id, AT))).toEqual([]);
    await write((unit) => unit.sessions.purge('2026-11-25T03:00:00.001Z'));
    expect(await read((unit) => unit.sessions.find(session.id))).toBeNull();
  });

  test('a person’s zone stays until another is noted, and is forgotten when the person is removed', async () => {
    const [person, other] = [await somebody(), await somebody('acme')];
    const zone = (id = person.id) =>
      read(async (unit) => (await unit.organisation.readers([id]))[0]?.zone ?? null);
    const note = (name: string) => write((unit) => unit.sessions.noteZone(person.id, name));
    const version = () =>
      rowsAt<{ version: number }>(
        bench.database.url,
        'SELECT organisation_version AS version FROM deployment',
      );
    expect(await zone()).toBeNull();
    await note('Europe/Berlin');
    expect([await zone(), await zone(other.id)]).toEqual(['Europe/Berlin', null]);
    // The same zone again is no change, so no broker reads the organisation again.
    const before = await version();
    await note('Europe/Berlin');
    expect(await version()).toEqual(before);
    await note('Asia/Tokyo');
    await write((unit) => unit.organisation.savePerson({ ...person, name: 'Somebody Else' }));
    expect(await zone()).toBe('Asia/Tokyo');
    await write((unit) => unit.organisation.savePerson({ ...person, removedAt: AT }));
    expect(await zone()).toBeNull();
  });

  test('that a session was used is noted without waiting for a writer of the deployment’s log', async () => {
    const session = aSession((await somebody()).id);
    await write((unit) => unit.sessions.insert(session));
    const units = () =>
      rowsAt<{ units: number }>(
        bench.database.url,
        "SELECT units FROM log_heads WHERE tenant = 'deployment'",
      );
    const before = await units();
    await bench.store.sessionUse.write((unit) => unit.sessions.touch(session.id, '2026-11-24T15:10:00.000Z'));
    expect(await units()).toEqual(before);
    expect((await read((unit) => unit.sessions.find(session.id)))?.seenAt).toBe('2026-11-24T15:10:00.000Z');
  });

  test('P9: a subject is one person of one side; no one has two at one issuer', async () => {
    const [vendor, customer] = [await somebody(), await somebody('acme')];
    const identity = { issuer: 'https://id.example', subject: 's1', person: vendor.id, pinnedAt: AT };
    await write((unit) => unit.identities.insert({ ...identity, tenant: null }));
    await write((unit) => unit.identities.insert({ ...identity, tenant: 'acme', person: customer.id }));
    const found = (tenant: string | null) =>
      read((unit) => unit.identities.find(tenant, 'https://id.example', 's1'));
    expect((await found(null))?.person).toBe(vendor.id);
    expect((await found('acme'))?.person).toBe(customer.id);
    expect(await found('globex')).toBeNull();
    for (const again of [
      { ...identity, tenant: null, person: customer.id },
      { ...identity, tenant: null, subject: 's2' },
    ])
      await expect(write((unit) => unit.identities.insert(again))).rejects.toMatchObject({
        code: 'conflict',
      });
    await write((unit) => unit.identities.forget(vendor.id));
    expect(await read((unit) => unit.identities.ofPerson(vendor.id, 'https://id.example'))).toBeNull();
    expect((await found('acme'))?.person).toBe(customer.id);
  });

  test('an attempt is taken by exactly one of fifty, and its wrong answers are counted', async () => {
    const attempt = anAttempt();
    await write((unit) => unit.attempts.insert(attempt));
    expect(await read((unit) => unit.attempts.ofBrowser('b', 'code'))).toEqual([attempt]);
    expect(await read((unit) => unit.attempts.ofBrowser('b', 'oidc'))).toEqual([]);
    expect(await write((unit) => unit.attempts.miss(attempt.hash))).toBe(1);
    expect(await write((unit) => unit.attempts.miss(attempt.hash))).toBe(2);
    const taken = await Promise.all(
      Array.from({ length: 50 }, () => write((unit) => unit.attempts.take(attempt.hash))),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await read((unit) => unit.attempts.find(attempt.hash))).toBeNull();
  });

  test('one person’s attempts are dropped; what has expired goes', async () => {
    const attempts = [
      anAttempt({ person: 'usr_1' }),
      anAttempt({ person: 'usr_2', kind: 'cli' }),
      anAttempt({ person: 'usr_2' }),
    ];
    await write(async (unit) => {
      for (const each of attempts) await unit.attempts.insert(each);
      await unit.attempts.dropAllOf('usr_1');
    });
    const left = () =>
      read(async (unit) => {
        const found = [];
        for (const { hash } of attempts) found.push((await unit.attempts.find(hash)) !== null);
        return found;
      });
    expect(await left()).toEqual([false, true, true]);
    await write((unit) => unit.attempts.purge('2026-11-26T00:00:00Z'));
    expect(await left()).toEqual([false, false, false]);
  });
});
