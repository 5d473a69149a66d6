import { applyOrganisation, type Organisation } from '@countersign/access';
import { ask } from '../../factories/ask.js';
import { billing, organisation, type PersonName } from '../../factories/organisation.js';
import { TestBroker } from '../harness.js';

const UPSTREAM = 'http://globex-7.internal.example';
const SECRETS = {
  'another customer’s upstream': UPSTREAM,
  'another customer’s route map': 'globex-only-reports',
  'the address of the vendor’s provider': 'login.vendor-internal.example',
  'the path of a secret': '/etc/countersign/vendor-secret',
  'the reason of the vendor’s lock': 'Erin sold data of Globex',
  'the name of a gateway': 'globex-frankfurt-2',
};

/** Billing is for everyone, `ledger` for globex alone. */
const file = (change: (draft: Organisation) => void = () => {}) =>
  organisation((draft) => {
    draft.vendor.oidc = {
      issuer: 'https://login.vendor-internal.example',
      clientId: 'countersign',
      clientSecretFile: '/etc/countersign/vendor-secret',
    };
    draft.services.push({
      ...billing(UPSTREAM),
      name: 'ledger',
      audience: 'ledger',
      routes: [
        { method: 'GET', path: '/tenants/{tenant}/r', resource: 'globex-only-reports', action: 'read' },
      ],
      tenants: ['globex'],
    });
    change(draft);
  });

let broker: TestBroker;
let lock: { id: string };
beforeAll(async () => {
  broker = await TestBroker.start({ organisation: file() });
  await broker.enrolGateway('globex-frankfurt-2');
  await broker.sessionOf('engineer');
  const set = await broker.call('securityAdmin', 'POST', '/api/v1/locks', {
    body: { kind: 'person', name: broker.persons.otherEngineer, reason: 'Erin sold data of Globex' },
  });
  lock = set.body as { id: string };
});
afterAll(() => broker.close());

const get = async (who: PersonName, path: string) => (await broker.call(who, 'GET', path)).text;

/** Everything that a person reads over the API about what is not their own. */
async function readsOf(who: PersonName): Promise<string> {
  const pages = await Promise.all(
    [
      '/api/v1/services',
      '/api/v1/services/ledger',
      '/api/v1/locks',
      '/api/v1/organisation',
      '/api/v1/gateways',
      '/api/v1/tenants/deployment/events?limit=200',
      '/api/v1/tenants/vendor/events?limit=200',
      '/log/deployment/tile/entries/000',
    ].map((path) => get(who, path)),
  );
  const { body } = await broker.call(who, 'GET', '/api/v1/tenants/deployment/events?limit=200');
  const openings = await Promise.all(
    (body as { items: { index: number }[] }).items.map(({ index }) =>
      get(who, `/log/deployment/openings/${index}`),
    ),
  );
  return [...pages, ...openings].join('\n');
}

describe('P9: a customer reads of the deployment what concerns it, and no more', () => {
  let ours: string;
  let theirs: string;
  let vendors: string;
  beforeAll(async () => {
    ours = await readsOf('approver');
    theirs = await readsOf('foreignApprover');
    vendors = await readsOf('securityAdmin');
  });

  test.each(Object.entries(SECRETS))('%s stays with the side that it belongs to', (_name, text) => {
    expect(ours).not.toContain(text);
    expect(vendors).toContain(text);
    const isTheirs = text === UPSTREAM || text === 'globex-only-reports';
    expect(theirs.includes(text)).toBe(isTheirs);
  });

  test('when vendor staff sign in is in the vendor’s own log', () => {
    for (const reader of [ours, theirs]) expect(reader).not.toContain('session.started');
    expect(vendors).toContain('session.started');
  });

  test('an engineer opens nothing there', async () => {
    expect((await broker.call('engineer', 'GET', '/log/deployment/openings/0')).status).toBe(403);
    const { body } = await broker.call('engineer', 'GET', '/api/v1/tenants/vendor/events');
    expect(body).toEqual({ items: [], next: null });
  });
});

test('a service for another customer does not exist for this one', async () => {
  expect((await broker.call('approver', 'GET', '/api/v1/services/ledger')).status).toBe(404);
  expect((await broker.call('foreignApprover', 'GET', '/api/v1/services/ledger')).status).toBe(200);
  const request = ask({ service: 'ledger', scope: [{ resource: 'globex-only-reports', actions: ['read'] }] });
  const { body } = await broker.call('engineer', 'POST', '/api/v1/requests/preview', { body: request });
  expect(body).toMatchObject({ outcome: 'refused', refusals: [{ code: 'unknown_service' }] });
  const forThem = { ...request, tenant: 'globex' };
  const possible = await broker.call('engineer', 'POST', '/api/v1/requests/preview', { body: forThem });
  expect(possible.body).toMatchObject({ outcome: 'possible' });
});

test('a customer sees that the vendor has locked, and not why', async () => {
  const { body } = await broker.call('tenantAdmin', 'GET', '/api/v1/locks');
  expect(body).toMatchObject({ items: [{ id: lock.id, side: 'vendor', reason: null }] });
  const own = { kind: 'service', name: 'billing', reason: 'We check something' };
  await broker.call('tenantAdmin', 'POST', '/api/v1/locks', { body: own });
  const both = await broker.call('tenantAdmin', 'GET', '/api/v1/locks');
  expect(both.body).toMatchObject({ items: [{ reason: 'We check something' }, { reason: null }] });
});

test('a service that is taken from a customer ends the customer’s grants there', async () => {
  const asked = await broker.call('engineer', 'POST', '/api/v1/requests', {
    body: ask({ tenant: 'globex' }),
  });
  const { id, digest } = asked.body as { id: string; digest: string };
  for (const who of ['reviewer', 'foreignApprover'] as const)
    await broker.call(who, 'POST', `/api/v1/requests/${id}/reviews`, {
      body: { decision: 'approve', digest },
    });
  const { grant } = (await broker.call('engineer', 'GET', `/api/v1/requests/${id}`)).body as {
    grant: string;
  };
  await applyOrganisation(
    broker.host,
    file((draft) => {
      draft.services[0]!.tenants = ['acme'];
    }),
    { dryRun: false },
  );
  const { body } = await broker.call('foreignApprover', 'GET', `/api/v1/grants/${grant}`);
  expect(body).toMatchObject({ state: 'ended', endReason: 'revoked' });
});
