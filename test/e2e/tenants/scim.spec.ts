/** @soak */

import { connect } from 'node:net';
import { createScimToken, revokeScimToken } from '@countersign/access';
import { ask } from '../../factories/ask.js';
import { organisation, type PersonName } from '../../factories/organisation.js';
import { onlyInSoak, rowsOfEachKind, someRows } from '../../support/samples.js';
import { type Answer, TestBroker } from '../harness.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

type Side = 'vendor' | 'acme' | 'globex';
type Resource = { id: string; meta: { version: string; location: string } } & Record<string, unknown>;

const provisioned = () =>
  organisation((file) => {
    file.vendor.scim = { groups: { Engineers: ['engineer'], Guards: ['security-admin'] }, facts: true };
    file.tenants[0]!.scim = { groups: { Approvers: ['approver'], Admins: ['admin'] } };
    file.tenants[1]!.scim = { groups: {} };
  });

let broker: TestBroker;
let tokens: Record<Side, string>;
beforeAll(async () => {
  broker = await TestBroker.start({ organisation: provisioned() });
  const tokenOf = async (tenant: string | null) => (await createScimToken(broker.host, tenant, 3600)).token;
  tokens = { vendor: await tokenOf(null), acme: await tokenOf('acme'), globex: await tokenOf('globex') };
});
afterAll(() => broker.close());

function scim(
  side: Side | null,
  method: string,
  path: string,
  body?: unknown,
  headers = {},
): Promise<Answer> {
  return broker.fetch(method, `/scim/v2${path}`, {
    ...(body === undefined ? {} : { raw: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
      ...(side === null ? {} : { authorization: `Bearer ${tokens[side]}` }),
      ...headers,
    },
  });
}
const create = async (side: Side, path: string, body: object): Promise<Resource> => {
  const { status, body: answer, text } = await scim(side, 'POST', path, body);
  if (status !== 201) throw new Error(text);
  return answer as Resource;
};
const userOf = (userName: string, more: object = {}) => ({ schemas: [USER], userName, ...more });
const makeUser = (side: Side, userName: string, more: object = {}) =>
  create(side, '/Users', userOf(userName, more));
const makeGroup = (side: Side, displayName: string, members: { id: string }[]) =>
  create(side, '/Groups', {
    schemas: [GROUP],
    displayName,
    members: members.map(({ id }) => ({ value: id })),
  });
const patch = (side: Side, path: string, ...operations: object[]) =>
  scim(side, 'PATCH', path, { schemas: [PATCH], Operations: operations });
const listed = async (side: Side, query: string): Promise<Resource[]> => {
  const { body } = await scim(side, 'GET', `/Users?${query}`);
  return (body as { Resources: Resource[] }).Resources;
};
const find = async (side: Side, userName: string): Promise<Resource> => {
  const [user] = await listed(side, `filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
  if (user === undefined) throw new Error(`there is no ${userName}`);
  return user;
};
const personOf = async ({ id }: { id: string }) =>
  broker.host.store.directory.read((unit) => unit.organisation.person(id));
const api = (who: PersonName, method: string, path: string, body?: unknown) =>
  broker.call(who, method, `/api/v1${path}`, body === undefined ? {} : { body });

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

onlyInSoak(() => {
  describe('place and employer of the vendor’s users', () => {
    const factsOf = async (user: { id: string }) => (await personOf(user))?.facts?.scim;

    test('are those of the work address, the enterprise extension and userType, and are read back', async () => {
      const more = {
        schemas: [USER, ENTERPRISE],
        userType: 'Employee',
        addresses: [
          { type: 'home', country: 'FR' },
          { type: 'work', country: 'DE', locality: 'Berlin' },
        ],
        [ENTERPRISE]: { organization: 'Northwind GmbH', department: 'Support' },
      };
      const user = await makeUser('vendor', 'facts@vendor.example', more);
      expect(await factsOf(user)).toMatchObject({
        country: 'DE',
        entity: 'Northwind GmbH',
        employment: 'employee',
      });
      expect(user).toMatchObject({
        schemas: [USER, ENTERPRISE],
        userType: 'Employee',
        addresses: [{ type: 'work', country: 'DE' }],
        [ENTERPRISE]: { organization: 'Northwind GmbH' },
      });
      expect(user).not.toHaveProperty('workCountry');
      const { status } = await patch(
        'vendor',
        `/Users/${user.id}`,
        { op: 'replace', path: 'addresses[type eq "work"].country', value: 'AT' },
        { op: 'Add', path: `${ENTERPRISE}:organization`, value: 'Northwind AG' },
        { op: 'replace', path: 'addresses[type eq "home"].country', value: 'US' },
        { op: 'remove', path: 'userType' },
      );
      expect([status, await factsOf(user)]).toMatchObject([200, { country: 'AT', entity: 'Northwind AG' }]);
      expect(await factsOf(user)).not.toHaveProperty('employment');
      await patch('vendor', `/Users/${user.id}`, {
        op: 'replace',
        value: { [ENTERPRISE]: { organization: 'Northwind KG' }, 'addresses[type eq "work"].country': 'CH' },
      });
      expect(await factsOf(user)).toMatchObject({ country: 'CH', entity: 'Northwind KG' });
      await patch(
        'vendor',
        `/Users/${user.id}`,
        { op: 'remove', path: 'addresses' },
        { op: 'remove', path: ENTERPRISE },
      );
      expect(await factsOf(user)).toBeUndefined();
    });

    test('what is no value of a fact leaves it unknown, and refuses no user; customers’ people have no facts', async () => {
      const odd = { userType: 'Boss', addresses: { country: 'DE' }, [ENTERPRISE]: { organization: 7 } };
      const user = await makeUser('vendor', 'odd@vendor.example', odd);
      expect(await factsOf(user)).toEqual({ country: 'DE', at: expect.any(String) });
      const customer = await makeUser('acme', 'facts@acme.example', { userType: 'Employee' });
      expect(await personOf(customer)).not.toHaveProperty('facts');
      expect(customer).not.toHaveProperty('userType');
    });
  });
});

describe('a user', () => {
  test('of RFC 7644 §3.3 is made, read, found, replaced, changed and deleted', async () => {
    const created = await scim('acme', 'POST', '/Users', {
      schemas: [USER],
      userName: 'bjensen@acme.example',
      externalId: 'bjensen',
      name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
      title: 'Tour Guide',
    });
    const user = created.body as Resource;
    expect(created.status).toBe(201);
    expect(created.headers.get('content-type')).toMatch(/^application\/scim\+json/);
    expect(created.headers.get('location')).toBe(user.meta.location);
    expect(created.headers.get('etag')).toBe(user.meta.version);
    expect(user).toMatchObject({
      schemas: [USER],
      id: expect.stringMatching(/^usr_/),
      externalId: 'bjensen',
      userName: 'bjensen@acme.example',
      active: true,
      emails: [{ value: 'bjensen@acme.example', primary: true }],
      meta: { resourceType: 'User', location: `http://localhost:4000/scim/v2/Users/${user.id}` },
    });
    expect(user).not.toHaveProperty('title');

    const read = await scim('acme', 'GET', `/Users/${user.id}`);
    expect(read.body).toEqual(user);
    const cached = await scim('acme', 'GET', `/Users/${user.id}`, undefined, {
      'if-none-match': user.meta.version,
    });
    expect([cached.status, cached.text]).toEqual([304, '']);
    expect(await find('acme', 'BJensen@ACME.example')).toEqual(user);

    const replaced = await scim('acme', 'PUT', `/Users/${user.id}`, {
      ...userOf('bjensen@acme.example', { displayName: 'Babs Jensen' }),
    });
    expect(replaced.body).toMatchObject({ displayName: 'Babs Jensen' });
    expect(replaced.body).not.toHaveProperty('name');
    expect(await personOf(user)).toMatchObject({ name: 'Babs Jensen', email: 'bjensen@acme.example' });

    const lost = await scim('acme', 'PUT', `/Users/${user.id}`, userOf('bjensen@acme.example'), {
      'if-match': user.meta.version,
    });
    expect(lost).toMatchObject({ status: 412, body: { schemas: [ERROR], status: '412' } });

    const gone = await scim('acme', 'DELETE', `/Users/${user.id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await scim('acme', 'GET', `/Users/${user.id}`)).status).toBe(404);
    expect(await personOf(user)).toMatchObject({ removedAt: expect.any(String) });
  });

  test('who is deactivated loses everything at once, and has it no more when they come back', async () => {
    const erin = await find('vendor', 'erin@vendor.example');
    const asked = await api('engineer', 'POST', '/requests', ask());
    const open = await api('engineer', 'POST', '/requests', ask());
    const { id, digest } = asked.body as { id: string; digest: string };
    for (const who of ['reviewer', 'approver'] as const)
      expect(
        (await api(who, 'POST', `/requests/${id}/reviews`, { decision: 'approve', digest })).status,
      ).toBe(201);
    const { grant } = (await api('engineer', 'GET', `/requests/${id}`)).body as { grant: string };
    const session = await broker.sessionOf('engineer');

    const { status, body } = await patch('vendor', `/Users/${erin.id}`, {
      op: 'replace',
      value: { active: false },
    });
    expect([status, (body as Resource)['active']]).toEqual([200, false]);

    expect((await broker.page(session, 'GET', '/api/v1/session')).status).toBe(401);
    expect((await api('engineer', 'GET', '/whoami')).status).toBe(401);
    expect((await api('vendorAuditor', 'GET', `/grants/${grant}`)).body).toMatchObject({
      state: 'ended',
      endReason: 'revoked',
    });
    const other = (open.body as { id: string }).id;
    expect((await api('vendorAuditor', 'GET', `/requests/${other}`)).body).toMatchObject({
      state: 'cancelled',
    });

    await patch('vendor', `/Users/${erin.id}`, { op: 'Replace', path: 'active', value: 'True' });
    expect(await personOf(erin)).toMatchObject({ roles: [], removedAt: null });
    expect((await api('engineer', 'GET', '/whoami')).status).toBe(401);
  });

  const REFUSED: [string, object, number, string | undefined][] = [
    ['without a name', { schemas: [USER] }, 400, 'invalidValue'],
    ['of another schema', { schemas: [GROUP], userName: 'x@acme.example' }, 400, 'invalidSyntax'],
    ['whose name is no address', userOf('bjensen'), 400, 'invalidValue'],
    [
      'with a name of control characters',
      userOf('x@acme.example', { displayName: 'a\u0007b' }),
      400,
      'invalidValue',
    ],
    ['with a list as active', userOf('x@acme.example', { active: [] }), 400, 'invalidValue'],
    ['P2: who is vendor staff', userOf('Max+acme@vendor.example'), 409, 'uniqueness'],
  ];
  test.each(rowsOfEachKind(REFUSED, ([, , , scimType = '']) => scimType))(
    '%s is refused',
    async (_name, body, status, scimType) => {
      const answer = await scim('acme', 'POST', '/Users', body);
      expect(answer).toMatchObject({ status, body: { schemas: [ERROR], status: String(status), scimType } });
    },
  );

  onlyInSoak(() => {
    test('that exists is refused as a duplicate, and its address does not change', async () => {
      const user = await makeUser('acme', 'dora@acme.example');
      const again = await scim('acme', 'POST', '/Users', userOf('DORA+x@acme.example'));
      expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
      const moved = await patch('acme', `/Users/${user.id}`, {
        op: 'replace',
        path: 'userName',
        value: 'gwen@globex.example',
      });
      expect(moved).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
    });
  });

  test('P9: of another side does not exist', async () => {
    const user = await makeUser('acme', 'paul@acme.example');
    for (const other of ['globex', 'vendor'] as const) {
      expect((await scim(other, 'GET', `/Users/${user.id}`)).status).toBe(404);
      expect(
        (await patch(other, `/Users/${user.id}`, { op: 'replace', value: { active: false } })).status,
      ).toBe(404);
      expect((await scim(other, 'DELETE', `/Users/${user.id}`)).status).toBe(404);
      expect(await listed(other, 'filter=userName%20co%20%22acme%22')).toEqual([]);
    }
    const own = await makeGroup('acme', 'Approvers', [user]);
    for (const other of ['globex', 'vendor'] as const) {
      const path = `/Groups/${own.id}`;
      expect((await scim(other, 'GET', path)).status).toBe(404);
      expect((await patch(other, path, { op: 'remove', path: 'members' })).status).toBe(404);
      const taken = { schemas: [GROUP], displayName: 'Taken', members: [] };
      expect((await scim(other, 'PUT', path, taken)).status).toBe(404);
      expect((await scim(other, 'DELETE', path)).status).toBe(404);
    }
    expect(await personOf(user)).toMatchObject({ roles: ['approver'] });
    await scim('acme', 'DELETE', `/Groups/${own.id}`);
    const group = await scim('globex', 'POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'Thieves',
      members: [{ value: user.id }],
    });
    expect(group.status).toBe(400);
  });
});

describe('a PATCH', () => {
  test('in the ways of Okta and Entra changes names, externalId and active', async () => {
    const user = await makeUser('acme', 'piet@acme.example', { name: { givenName: 'Piet' } });
    const changed = await patch(
      'acme',
      `/Users/${user.id}`,
      { op: 'Add', path: 'externalId', value: '4711' },
      { op: 'Replace', path: `${USER}:name.familyName`, value: 'Mondrian' },
      { op: 'replace', value: { 'name.formatted': 'P. Mondrian', displayName: 'Piet M', nickName: 'p' } },
      { op: 'add', path: 'emails[type eq "work"].value', value: 'x@y.example' },
      {
        op: 'add',
        path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
        value: 'Art',
      },
    );
    expect(changed.body).toMatchObject({
      externalId: '4711',
      displayName: 'Piet M',
      name: { givenName: 'Piet', familyName: 'Mondrian', formatted: 'P. Mondrian' },
      emails: [{ value: 'piet@acme.example' }],
    });
    const removed = await patch('acme', `/Users/${user.id}`, { op: 'remove', path: 'displayName' });
    expect(removed.body).not.toHaveProperty('displayName');
  });

  const REFUSED: [string, unknown, string][] = [
    ['of another schema', { schemas: [USER], Operations: [] }, 'invalidSyntax'],
    ['without operations', { schemas: [PATCH], Operations: [] }, 'invalidSyntax'],
    [
      'with an unknown operation',
      { schemas: [PATCH], Operations: [{ op: 'move', path: 'a' }] },
      'invalidSyntax',
    ],
    ['that removes nothing in particular', { schemas: [PATCH], Operations: [{ op: 'remove' }] }, 'noTarget'],
    [
      'without a value',
      { schemas: [PATCH], Operations: [{ op: 'add', path: 'displayName' }] },
      'invalidValue',
    ],
    [
      'with a member twice',
      `{"schemas":["${PATCH}"],"schemas":["${PATCH}"],"Operations":[]}`,
      'invalidSyntax',
    ],
    ['that is a list', [], 'invalidSyntax'],
  ];
  test.each(someRows(REFUSED))('%s is refused', async (_name, body, scimType) => {
    const { id } = await find('acme', 'ada@acme.example');
    expect(await scim('acme', 'PATCH', `/Users/${id}`, body)).toMatchObject({
      status: 400,
      body: { scimType },
    });
  });

  onlyInSoak(() => {
    test('an invalid byte, and a path into a prototype, change nothing', async () => {
      const { id } = await find('acme', 'ada@acme.example');
      const raw = Buffer.from('{"schemas":["x"],"displayName":"\xff"}', 'latin1');
      const answer = await broker.fetch('PUT', `/scim/v2/Users/${id}`, {
        raw,
        headers: { 'content-type': 'application/scim+json', authorization: `Bearer ${tokens.acme}` },
      });
      expect(answer).toMatchObject({ status: 400, body: { schemas: [ERROR], scimType: 'invalidSyntax' } });
      const before = (await scim('acme', 'GET', `/Users/${id}`)).body;
      await patch(
        'acme',
        `/Users/${id}`,
        { op: 'add', path: '__proto__.polluted', value: true },
        { op: 'add', path: 'constructor.prototype.polluted', value: true },
      );
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      expect((await scim('acme', 'GET', `/Users/${id}`)).body).toMatchObject({
        ...(before as object),
        meta: {},
      });
    });
  });
});

describe('a group', () => {
  test('gives its members the roles that the organisation file says, and takes them away', async () => {
    const dan = await makeUser('acme', 'dan@acme.example');
    expect(await personOf(dan)).toMatchObject({ roles: [] });
    const group = await makeGroup('acme', 'Approvers', [dan]);
    expect(await personOf(dan)).toMatchObject({ roles: ['approver'] });
    const admins = await makeGroup('acme', 'Admins', []);
    await patch('acme', `/Groups/${admins.id}`, { op: 'add', path: 'members', value: [{ value: dan.id }] });
    expect(await personOf(dan)).toMatchObject({ roles: ['admin', 'approver'] });
    await patch('acme', `/Groups/${group.id}`, { op: 'remove', path: `members[value eq "${dan.id}"]` });
    expect(await personOf(dan)).toMatchObject({ roles: ['admin'] });
    await patch('acme', `/Groups/${admins.id}`, {
      op: 'Remove',
      path: 'members',
      value: [{ value: dan.id, display: 'Dan' }],
    });
    expect(await personOf(dan)).toMatchObject({ roles: [] });
    expect((await scim('acme', 'GET', `/Groups/${admins.id}`)).body).toMatchObject({ members: [] });

    await patch('acme', `/Groups/${admins.id}`, { op: 'add', value: { members: [{ value: dan.id }] } });
    await patch('acme', `/Groups/${admins.id}`, { op: 'replace', path: 'displayName', value: 'Nobodies' });
    expect(await personOf(dan)).toMatchObject({ roles: [] });
    for (const { id } of [group, admins])
      expect((await scim('acme', 'DELETE', `/Groups/${id}`)).status).toBe(204);
  });

  test('with guards and engineers together gives no role (P2)', async () => {
    const zoe = await makeUser('vendor', 'zoe@vendor.example');
    const engineers = await makeGroup('vendor', 'Engineers', [zoe]);
    expect(await personOf(zoe)).toMatchObject({ roles: ['engineer'] });
    const guards = await makeGroup('vendor', 'Guards', [zoe]);
    expect(await personOf(zoe)).toMatchObject({ roles: [] });
    for (const { id } of [engineers, guards]) await scim('vendor', 'DELETE', `/Groups/${id}`);
  });

  onlyInSoak(() => {
    test('is found by its name, without its members if the client wants', async () => {
      const group = await makeGroup('globex', 'Readers', []);
      const query = `filter=${encodeURIComponent('displayName eq "readers"')}&excludedAttributes=members`;
      const { body } = await scim('globex', 'GET', `/Groups?${query}`);
      expect(body).toMatchObject({ totalResults: 1, Resources: [{ id: group.id, displayName: 'Readers' }] });
      expect((body as { Resources: object[] }).Resources[0]).not.toHaveProperty('members');
      const twice = await scim('globex', 'POST', '/Groups', { schemas: [GROUP], displayName: 'Readers' });
      expect(twice).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    });
  });
});

onlyInSoak(() => {
  test('one side cannot stall the others with a huge group', async () => {
    const group = await makeGroup('globex', 'Huge', []);
    const members = Array.from({ length: 1_001 }, (_, index) => ({ value: `usr_${index}` }));
    const half = members.slice(0, 501);
    const detail = expect.stringContaining('1000 members');
    const refused = { schemas: [ERROR], scimType: 'invalidValue', detail };
    const content = { schemas: [GROUP], displayName: 'Huger', members };
    const add = (value: object[]) => ({ op: 'add', path: 'members', value });
    for (const answer of [
      await scim('globex', 'POST', '/Groups', content),
      await scim('globex', 'PUT', `/Groups/${group.id}`, content),
      await patch('globex', `/Groups/${group.id}`, add(members)),
      await patch('globex', `/Groups/${group.id}`, add(half), add(half)),
    ])
      expect(answer).toMatchObject({ status: 400, body: refused });
  });

  test('lists have pages, filters and a total', async () => {
    const all = await scim('globex', 'GET', '/Users?count=1&startIndex=2');
    expect(all.body).toMatchObject({
      totalResults: 2,
      startIndex: 2,
      itemsPerPage: 1,
      Resources: [{ active: true }],
    });
    expect(await listed('globex', `filter=${encodeURIComponent('active eq false')}`)).toEqual([]);
    expect(
      await listed('globex', `filter=${encodeURIComponent('userName sw "gw" and not (active eq false)')}`),
    ).toHaveLength(1);
    for (const filter of ['userName', 'userName eq', '(((', `userName eq "${'x'.repeat(1000)}"`])
      expect(await scim('globex', 'GET', `/Users?filter=${encodeURIComponent(filter)}`)).toMatchObject({
        status: 400,
        body: { scimType: 'invalidFilter' },
      });
  });

  test('what is supported is documented as RFC 7643 says', async () => {
    expect((await scim('acme', 'GET', '/ServiceProviderConfig')).body).toMatchObject({
      patch: { supported: true },
      etag: { supported: true },
      bulk: { supported: false },
    });
    const schemas = (await scim('acme', 'GET', '/Schemas')).body as { Resources: { id: string }[] };
    expect(schemas.Resources.map(({ id }) => id)).toEqual([USER, ENTERPRISE, GROUP]);
    expect((await scim('acme', 'GET', `/Schemas/${USER}`)).body).toMatchObject({ id: USER });
    expect((await scim('acme', 'GET', '/ResourceTypes/Group')).body).toMatchObject({ endpoint: '/Groups' });
    expect((await scim('acme', 'GET', '/Schemas/x')).status).toBe(404);
  });
});

describe('who may provision', () => {
  test('no one without a valid token of the side; a token opens nothing else', async () => {
    for (const authorization of [
      'Bearer csm_0000000000000000000000000',
      `Bearer ${broker.keys.tenantAdmin}`,
    ]) {
      const { status, body } = await scim(null, 'GET', '/Users', undefined, { authorization });
      expect([401, 403]).toContain(status);
      expect(body).toMatchObject({ schemas: [ERROR] });
    }
    expect((await scim(null, 'GET', '/Users')).headers.get('www-authenticate')).toMatch(/^Bearer/);
    for (const path of ['/api/v1/whoami', '/api/v1/requests', '/gateway/v1/feed?nonce=x'])
      expect([400, 401, 403]).toContain(
        (await broker.fetch('GET', path, { headers: { authorization: `Bearer ${tokens.acme}` } })).status,
      );
  });

  test('a revoked token is refused at once', async () => {
    const { id, token } = await createScimToken(broker.host, 'globex', 60);
    const asked = () => scim(null, 'GET', '/Users', undefined, { authorization: `Bearer ${token}` });
    expect((await asked()).status).toBe(200);
    await revokeScimToken(broker.host, id);
    expect((await asked()).status).toBe(401);
  });
});

test('P6: calls of one client wait for each other, and those of everyone else do not', async () => {
  const { hostname, port } = new URL(broker.url);
  const head = (side: Side, length: number) =>
    `POST /scim/v2/Users HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${tokens[side]}\r\nContent-Type: application/scim+json\r\nContent-Length: ${length}\r\n\r\n`;
  // Each keeps a place: its handler waits for its body.
  const slow = [1, 2].map(() => connect(Number(port), hostname));
  const others = async () => {
    for (let call = 0; call < 10; call += 1) {
      expect((await scim('acme', 'GET', '/Users?count=1')).status).toBe(200);
      expect((await api('foreignApprover', 'GET', '/whoami')).status).toBe(200);
    }
  };
  let isAnswered = false;
  try {
    for (const socket of slow) socket.write(head('globex', 10));
    // They are answered long after the slow ones have their places.
    await others();
    const third = scim('globex', 'GET', '/Users?count=1').then((answer) => {
      isAnswered = true;
      return answer;
    });
    await others();
    expect(isAnswered).toBe(false);
    slow[0]?.destroy();
    expect((await third).status).toBe(200);
  } finally {
    for (const socket of slow) socket.destroy();
  }
});
