import { ask } from '../../factories/ask.js';
import type { PersonName } from '../../factories/organisation.js';
import type { TestBroker } from '../harness.js';
import { expectStatus, makeGrant, makeRequest, mintToken, type RequestBody } from '../story.js';

export type Who = PersonName | 'nobody' | 'gateway';
/** The status, followed by the code if the answer is a problem. */
type Expected = string;

export interface Target {
  path: string;
  body?: unknown;
  form?: Record<string, string>;
}

export interface Row {
  /** Method and path as in the OpenAPI document. */
  endpoint: string;
  /** Tells the rows of one endpoint apart. */
  case?: string;
  /** The call to make; created again after each call that succeeded. Its objects belong to the engineer and tenant acme. */
  target(broker: TestBroker): Promise<Target> | Target;
  /** The answer to every caller that `but` does not name. */
  all: Expected;
  but?: Partial<Record<Who, Expected>>;
}

const VENDOR_SEES_ALL = ['reviewer', 'engineerAndReviewer', 'securityAdmin', 'vendorAuditor'] as const;
export const ACME = ['approver', 'secondApprover', 'tenantAdmin', 'tenantAuditor'] as const;
export const FOREIGN = ['foreignApprover', 'foreignAdmin'] as const;

const each = (names: readonly Who[], expected: Expected): Partial<Record<Who, Expected>> =>
  Object.fromEntries(names.map((name) => [name, expected]));

const closed = { nobody: '401 unauthenticated', gateway: '403 forbidden' };
/** Legal counsel sees requests and grants of the basis `legal` alone. */
const otherBasis = { legal: '404 not_found' };
const readable = {
  ...closed,
  ...otherBasis,
  ...each(['engineer', ...VENDOR_SEES_ALL, ...ACME], '200'),
  otherEngineer: '404 not_found',
  ...each(FOREIGN, '404 not_found'),
};
const ownLog = {
  ...closed,
  ...each(
    ['engineer', 'otherEngineer', 'engineerAndReviewer', 'securityAdmin', 'vendorAuditor', 'legal', ...ACME],
    '200',
  ),
  ...each(FOREIGN, '404 not_found'),
};
const holderOnly = { ...closed, ...otherBasis, engineer: '200', otherEngineer: '404 not_found' };
const allSignedIn = { ...closed, legal: '200' };
const tenantAndWatchers = {
  ...closed,
  ...each(['securityAdmin', 'vendorAuditor', ...ACME], '200'),
  ...each(FOREIGN, '404 not_found'),
};
/** `ada` is approver and admin. */
const adminsOnly = (done: Expected) => ({
  ...closed,
  ...each(['approver', 'tenantAdmin'], done),
  foreignAdmin: '404 not_found',
});
/** Each side streams its own logs alone. */
const ownTargets = {
  ...closed,
  ...each(ACME, '200'),
  ...each(['securityAdmin', 'vendorAuditor', ...FOREIGN], '404 not_found'),
};
/** Never called: the broker of these tests may call no private address. */
export const aTarget = { kind: 'jsonl', name: 'SIEM', address: 'https://127.0.0.1:9/' };
let newcomers = 0;
export const newcomer = () => {
  newcomers += 1;
  return { email: `new-${newcomers}@acme.example`, name: 'New', roles: ['auditor'] };
};
/** The people who may install the Slack app in a workspace. */
const INSTALLERS = ['securityAdmin', 'approver', 'tenantAdmin', 'foreignAdmin'] as const;
const gatewaysOnly = { nobody: '401 unauthenticated' };

const decide = (request: RequestBody): Target => ({
  path: `/api/v1/requests/${request.id}/reviews`,
  body: { decision: 'approve', digest: request.digest },
});
const awaitingCustomer = async (broker: TestBroker) => {
  const request = await makeRequest(broker);
  const { path, body } = decide(request);
  await broker.call('reviewer', 'POST', path, { body });
  return request;
};
/** Accepts a counter-offer that is a minute shorter. */
export const countered = async (broker: TestBroker): Promise<Target> => {
  const request = await awaitingCustomer(broker);
  const terms = { ...(request['terms'] as { seconds: number }), parent: request.digest, seconds: 840 };
  await broker.call('approver', 'POST', `/api/v1/requests/${request.id}/reviews`, {
    body: { decision: 'counter', digest: request.digest, terms },
  });
  const { offer } = (await broker.call('approver', 'GET', `/api/v1/requests/${request.id}`)).body as {
    offer: { digest: string };
  };
  return { path: `/api/v1/requests/${request.id}/acceptance`, body: { digest: offer.digest } };
};
export const lockBy = async (broker: TestBroker, who: PersonName): Promise<Target> => {
  const body = { kind: 'person', name: 'lee@vendor.example', reason: 'test' };
  const { id } = (await broker.call(who, 'POST', '/api/v1/locks', { body })).body as { id: string };
  return { path: `/api/v1/locks/${id}` };
};
const incidentOf = async (broker: TestBroker): Promise<Target> => {
  const { tenant: _tenant, ...rest } = ask();
  const body = { ...rest, title: 'Wrong totals', tenants: ['nowhere'] };
  const { body: board } = await broker.call('engineer', 'POST', '/api/v1/incidents', { body });
  return { path: `/api/v1/incidents/${(board as { id: string }).id}` };
};
/** A widening of acme's controls by its admin, which waits for a second one. */
export const wideningOf = async (broker: TestBroker): Promise<Target> => {
  const [controls, widenings] = ['privacy-controls', 'widenings'].map(
    (path) => `/api/v1/tenants/acme/${path}`,
  );
  const call = async (method: string, path = '', body?: unknown) =>
    (await broker.call('tenantAdmin', method, path, body === undefined ? {} : { body })).body;
  const { items } = (await call('GET', `${widenings}?state=waiting`)) as { items: { id: string }[] };
  for (const { id } of items) await call('DELETE', `${widenings}/${id}`);
  const now = (await call('GET', controls)) as { version: string };
  const strict = (await call('PUT', controls, { ...now, widening: { secondAdmin: true } })) as typeof now;
  const { waiting } = (await call('PUT', controls, { ...strict, maxDuration: 'PT3H' })) as {
    waiting: string;
  };
  return { path: `${widenings}/${waiting}` };
};
export const INVITATIONS = '/api/v1/tenants/acme/invitations';
/** Covers one invoice, so that no other row's request matches it. */
export const invitation = () => ({
  service: 'billing',
  scope: [{ resource: 'invoices/0', actions: ['read'] }],
  until: `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`,
});
export const invited = async (broker: TestBroker): Promise<Target> => {
  const answer = await broker.call('approver', 'POST', INVITATIONS, { body: invitation() });
  return { path: `${INVITATIONS}/${(answer.body as { id: string }).id}` };
};
/** For calls that leave the grant as it is: they share one. */
const ofKeptGrant = (suffix: string, body?: unknown) => async (broker: TestBroker) => {
  const grant = keptGrants.get(broker) ?? makeGrant(broker).then((target) => target.grant);
  keptGrants.set(broker, grant);
  return { path: `/api/v1/grants/${await grant}${suffix}`, ...(body === undefined ? {} : { body }) };
};
const keptGrants = new WeakMap<TestBroker, Promise<string>>();
export const ofGrant = (suffix: string, body?: unknown) => async (broker: TestBroker) => {
  const { grant } = await makeGrant(broker);
  return { path: `/api/v1/grants/${grant}${suffix}`, ...(body === undefined ? {} : { body }) };
};
const tokenForm = (path: string) => async (broker: TestBroker) => {
  const { grant } = await makeGrant(broker);
  return { path, form: { token: (await mintToken(broker, grant)).access_token } };
};
const ofRequest = (suffix: string, body: unknown) => async (broker: TestBroker) => {
  const { id } = await makeRequest(broker);
  return { path: `/api/v1/requests/${id}${suffix}`, body };
};
const at = (path: string) => () => ({ path });
/** Both sides hold acme's log, or neither does. */
export const legalHold = async (broker: TestBroker, method: 'POST' | 'DELETE'): Promise<Target> => {
  const [path, body] = ['/api/v1/tenants/acme/legal-hold', { reason: 'a dispute' }];
  for (const who of ['tenantAdmin', 'legal'] as const)
    await broker.call(who, method, path, method === 'POST' ? { body } : {});
  return { path, body };
};
const DEMANDS = '/api/v1/demands';
const aDemand = () => ({
  ...{ authority: 'County court', country: 'DE', legalBasis: '§ 94 StPO', kind: 'order' },
  ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: [], reason: 'By courier' },
  receivedAt: '2026-01-01T00:00:00Z',
});
export const ofDemand = (suffix: string, body?: unknown) => async (broker: TestBroker) => {
  const { id } = (await broker.call('legal', 'POST', DEMANDS, { body: aDemand() })).body as { id: string };
  return { path: `${DEMANDS}/${id}${suffix}`, ...(body === undefined ? {} : { body }) };
};
const aDocument = {
  name: 'order.pdf',
  content: Buffer.from('order').toString('base64'),
  reason: 'the order',
};
const demandReaders = { ...closed, legal: '200', vendorAuditor: '200' };
const legalOnly = (done: Expected) => ({ ...closed, legal: done });
const NO_REVIEW = '/api/v1/tenants/acme/access-reviews/acr_00000000-0000-7000-8000-000000000000';
const NO_ADDRESS = '/api/v1/tenants/acme/notice-addresses/nad_00000000-0000-7000-8000-000000000000';
const NO_PRACTICE = '/api/v1/tenants/acme/practices/prc_00000000-0000-7000-8000-000000000000';
const NONCE = Buffer.alloc(32, 7).toString('base64url');

const SIGNATURE = {
  statement: { type: 'countersign/stop/v1' },
  credential: 'A'.repeat(22),
  authenticatorData: '',
  clientDataJSON: '',
  signature: 'A'.repeat(86),
};
const passkey = { clientDataJSON: 'e30', attestationObject: 'oA' };
const ID = 'A'.repeat(22);
const TRUST_DOCUMENT = {
  type: 'countersign/trust/v1',
  deployment: 'dep_00000000-0000-7000-8000-000000000000',
  tenant: 'acme',
  seq: 1,
  validUntil: '2026-12-24T00:00:00Z',
  rpId: 'localhost',
  origins: ['http://localhost:4000'],
  people: [
    {
      person: 'usr_00000000-0000-7000-8000-000000000000',
      passkeys: [{ id: ID, jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } }],
    },
  ],
  threshold: 1,
  approvals: 1,
  countersign: { exceptActions: [] },
  forbid: [],
  bases: [],
};
/** Calls that need a person's browser session and reject API keys. */
const SIGNED: [endpoint: string, body?: unknown][] = [
  ['POST /api/v1/tenants/{slug}/passkeys/options'],
  [
    'POST /api/v1/tenants/{slug}/passkeys',
    {
      name: 'x',
      response: { id: ID, rawId: ID, type: 'public-key', clientExtensionResults: {}, response: passkey },
    },
  ],
  ['DELETE /api/v1/tenants/{slug}/passkeys/{credential}'],
  ['POST /api/v1/tenants/{slug}/passkeys/{credential}/confirmation'],
  ['POST /api/v1/session/passkey/options'],
  ['POST /api/v1/session/passkey', { countersignature: SIGNATURE }],
  ['POST /api/v1/tenants/{slug}/recovery-keys', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } }],
  ['POST /api/v1/tenants/{slug}/trust/proposals', { document: TRUST_DOCUMENT }],
  ['POST /api/v1/tenants/{slug}/trust/proposals/{id}/signatures', { signature: SIGNATURE }],
  ['DELETE /api/v1/tenants/{slug}/trust/proposals/{id}'],
  ['DELETE /api/v1/tenants/{slug}/trust/reset'],
  ['POST /api/v1/tenants/{slug}/stops', { countersignature: SIGNATURE }],
  ['POST /api/v1/tenants/{slug}/lifts', { countersignature: SIGNATURE }],
];

export const TABLE: Row[] = [
  {
    endpoint: 'POST /api/v1/requests',
    target: () => ({ path: '/api/v1/requests', body: ask() }),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['engineer', 'otherEngineer', 'engineerAndReviewer'], '201'),
      legal: '422 request_refused',
    },
  },
  {
    endpoint: 'POST /api/v1/requests/preview',
    target: () => ({ path: '/api/v1/requests/preview', body: ask() }),
    all: '403 forbidden',
    but: { ...closed, ...each(['engineer', 'otherEngineer', 'engineerAndReviewer'], '200'), legal: '200' },
  },
  {
    endpoint: 'GET /api/v1/requests',
    target: at('/api/v1/requests'),
    all: '200',
    but: closed,
  },
  {
    endpoint: 'GET /api/v1/requests/{id}',
    target: async (broker) => ({ path: `/api/v1/requests/${(await makeRequest(broker)).id}` }),
    all: '403 forbidden',
    but: readable,
  },
  {
    endpoint: 'POST /api/v1/requests/{id}/reviews',
    case: 'while it awaits the vendor',
    target: async (broker) => decide(await makeRequest(broker)),
    all: '403 forbidden',
    but: {
      ...closed,
      ...otherBasis,
      engineer: '403 self_review',
      otherEngineer: '404 not_found',
      ...each(['reviewer', 'engineerAndReviewer'], '201'),
      ...each(['approver', 'secondApprover'], '409 wrong_state'),
      ...each(FOREIGN, '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/requests/{id}/reviews',
    case: 'while it awaits the customer',
    target: async (broker) => decide(await awaitingCustomer(broker)),
    all: '403 forbidden',
    but: {
      ...closed,
      ...otherBasis,
      engineer: '403 self_review',
      otherEngineer: '404 not_found',
      reviewer: '409 already_decided',
      engineerAndReviewer: '409 wrong_state',
      ...each(['approver', 'secondApprover'], '201'),
      ...each(FOREIGN, '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/requests/{id}/acceptance',
    target: async (broker) => countered(broker),
    all: '403 forbidden',
    but: { ...holderOnly, legal: '403 forbidden' },
  },
  {
    endpoint: 'POST /api/v1/requests/{id}/cancel',
    target: async (broker) => ({ path: `/api/v1/requests/${(await makeRequest(broker)).id}/cancel` }),
    all: '403 forbidden',
    but: holderOnly,
  },
  {
    endpoint: 'GET /api/v1/grants',
    target: at('/api/v1/grants'),
    all: '200',
    but: closed,
  },
  { endpoint: 'GET /api/v1/grants/{id}', target: ofKeptGrant(''), all: '403 forbidden', but: readable },
  {
    endpoint: 'GET /api/v1/grants/{id}/pace',
    target: ofKeptGrant('/pace'),
    all: '403 forbidden',
    but: readable,
  },
  {
    endpoint: 'POST /api/v1/grants/{id}/tokens',
    target: ofGrant('/tokens'),
    all: '403 forbidden',
    but: holderOnly,
  },
  {
    endpoint: 'POST /api/v1/grants/{id}/browser-sessions',
    target: ofKeptGrant('/browser-sessions', { challenge: 'A'.repeat(43) }),
    all: '403 forbidden',
    // The matrix has no service with an origin for browsers.
    but: { ...holderOnly, engineer: '409 conflict' },
  },
  {
    endpoint: 'POST /api/v1/grants/{id}/release',
    target: ofGrant('/release'),
    all: '403 forbidden',
    but: holderOnly,
  },
  {
    endpoint: 'POST /api/v1/grants/{id}/extension',
    target: ofGrant('/extension', { duration: 'PT15M', justification: 'not done yet' }),
    all: '403 forbidden',
    but: { ...holderOnly, legal: '403 forbidden', engineer: '201' },
  },
  {
    endpoint: 'POST /api/v1/grants/{id}/resumption',
    target: ofKeptGrant('/resumption'),
    all: '403 forbidden',
    but: {
      ...closed,
      // It is not paused.
      ...each(['securityAdmin', 'approver', 'secondApprover', 'tenantAdmin'], '409 conflict'),
      ...each(FOREIGN, '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/grants/{id}/revocation',
    target: ofGrant('/revocation', { reason: 'enough' }),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['securityAdmin', 'approver', 'secondApprover', 'tenantAdmin'], '200'),
      ...each(FOREIGN, '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/requests/{id}/questions',
    target: ofRequest('/questions', { text: 'why?' }),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['reviewer', 'engineerAndReviewer'], '201'),
      ...each(['approver', 'secondApprover'], '409 wrong_state'),
      foreignApprover: '404 not_found',
    },
  },
  {
    endpoint: 'POST /api/v1/requests/{id}/answers',
    target: ofRequest('/answers', { text: 'because' }),
    all: '403 forbidden',
    but: {
      ...closed,
      engineer: '409 wrong_state',
      engineerAndReviewer: '403 forbidden',
      otherEngineer: '404 not_found',
    },
  },
  {
    endpoint: 'POST /api/v1/requests/{id}/forwards',
    target: ofRequest('/forwards', { to: 'usr_nobody' }),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['reviewer', 'engineerAndReviewer'], '400 invalid_request'),
      ...each(['approver', 'secondApprover'], '409 wrong_state'),
      foreignApprover: '404 not_found',
    },
  },
  {
    endpoint: 'POST /api/v1/incidents',
    target: () => {
      const { tenant: _tenant, ...rest } = ask();
      return { path: '/api/v1/incidents', body: { ...rest, title: 'Wrong totals', tenants: ['nowhere'] } };
    },
    all: '403 forbidden',
    but: { ...closed, ...each(['engineer', 'otherEngineer', 'engineerAndReviewer'], '201') },
  },
  {
    endpoint: 'GET /api/v1/incidents',
    target: at('/api/v1/incidents'),
    all: '403 forbidden',
    but: { ...closed, ...each(['engineer', 'otherEngineer', ...VENDOR_SEES_ALL], '200') },
  },
  {
    endpoint: 'GET /api/v1/incidents/{id}',
    target: incidentOf,
    all: '403 forbidden',
    but: { ...closed, ...each(['engineer', ...VENDOR_SEES_ALL], '200'), otherEngineer: '404 not_found' },
  },
  // An ordinary grant has no disclosure. Who may ask for one is what these rows show.
  {
    endpoint: 'GET /api/v1/disclosures',
    target: at('/api/v1/disclosures'),
    all: '200',
    but: { ...closed, legal: '403 forbidden' },
  },
  {
    endpoint: 'GET /api/v1/grants/{id}/disclosure',
    target: ofKeptGrant('/disclosure'),
    all: '404 not_found',
    but: { ...closed, legal: '403 forbidden' },
  },
  {
    endpoint: 'POST /api/v1/grants/{id}/disclosure',
    target: ofKeptGrant('/disclosure', { reason: 'r', needed: true, prevention: 'p' }),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['engineer', 'otherEngineer', 'engineerAndReviewer', 'securityAdmin'], '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/grants/{id}/disclosure/answer',
    target: ofKeptGrant('/disclosure/answer', { answer: 'acknowledged' }),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['approver', 'secondApprover', 'tenantAdmin', ...FOREIGN], '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/invitations',
    target: () => ({ path: INVITATIONS, body: invitation() }),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'secondApprover'], '201'), foreignApprover: '404 not_found' },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/invitations',
    target: at(INVITATIONS),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['engineer', 'otherEngineer', ...VENDOR_SEES_ALL, ...ACME], '200'),
      ...each(FOREIGN, '404 not_found'),
    },
  },
  {
    endpoint: 'DELETE /api/v1/tenants/{slug}/invitations/{id}',
    target: invited,
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'secondApprover'], '200'), foreignApprover: '404 not_found' },
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/invitations/statement',
    target: () => ({ path: `${INVITATIONS}/statement`, body: invitation() }),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'secondApprover'], '200'), foreignApprover: '404 not_found' },
  },
  ...SIGNED.map(
    ([endpoint, body]): Row => ({
      endpoint,
      // Every API key is refused: these calls need a browser session.
      target: () => ({
        path: (endpoint.split(' ')[1] ?? '')
          .replace('{slug}', 'acme')
          .replace('{credential}', 'AAAAAAAAAAAAAAAAAAAAAA')
          .replace('{id}', 'prp_00000000-0000-7000-8000-000000000000'),
        ...(body === undefined ? {} : { body }),
      }),
      all: '403 forbidden',
      but: closed,
    }),
  ),
  ...['passkeys', 'trust', 'stops'].map(
    (path): Row => ({
      endpoint: `GET /api/v1/tenants/{slug}/${path}`,
      target: at(`/api/v1/tenants/acme/${path}`),
      all: '403 forbidden',
      but: tenantAndWatchers,
    }),
  ),
  {
    endpoint: 'GET /api/v1/tenants/{slug}/trust/draft',
    case: 'while no one has a passkey',
    target: at('/api/v1/tenants/acme/trust/draft'),
    all: '403 forbidden',
    but: {
      ...tenantAndWatchers,
      ...each(['securityAdmin', 'vendorAuditor', ...ACME], '409 conflict'),
    },
  },
  ...(
    [
      ['stops/statement', '', '409 wrong_state'],
      ['lifts/statement', `?stop=sha256:${'0'.repeat(64)}`, '404 not_found'],
    ] as const
  ).map(
    ([path, query, answer]): Row => ({
      endpoint: `GET /api/v1/tenants/{slug}/${path}`,
      case: 'while the tenant is unclaimed',
      target: at(`/api/v1/tenants/acme/${path}${query}`),
      all: '403 forbidden',
      but: {
        ...closed,
        ...each(['approver', 'secondApprover', 'tenantAdmin'], answer),
        ...each(FOREIGN, '404 not_found'),
      },
    }),
  ),
  {
    endpoint: 'GET /api/v1/requests/{id}/statement',
    target: async (broker) => ({ path: `/api/v1/requests/${(await makeRequest(broker)).id}/statement` }),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'secondApprover'], '200'), foreignApprover: '404 not_found' },
  },
  {
    endpoint: 'POST /api/v1/requests/{id}/statement',
    target: async (broker) => {
      const request = await makeRequest(broker);
      const terms = { ...(request['terms'] as object), parent: request.digest, seconds: 60 };
      return { path: `/api/v1/requests/${request.id}/statement`, body: { terms } };
    },
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'secondApprover'], '200'), foreignApprover: '404 not_found' },
  },
  { endpoint: 'GET /api/v1/keys', target: at('/api/v1/keys'), all: '200', but: allSignedIn },
  {
    endpoint: 'POST /api/v1/keys',
    case: 'with a key, which cannot create another key',
    target: () => ({ path: '/api/v1/keys', body: { ttl: 'PT1H' } }),
    all: '403 forbidden',
    but: closed,
  },
  {
    endpoint: 'DELETE /api/v1/keys/{id}',
    case: 'of no one',
    target: at('/api/v1/keys/key_00000000-0000-7000-8000-000000000000'),
    all: '404 not_found',
    but: closed,
  },
  { endpoint: 'GET /api/v1/preferences', target: at('/api/v1/preferences'), all: '200', but: allSignedIn },
  {
    endpoint: 'PUT /api/v1/preferences',
    case: 'with an API key, which may not switch notices off',
    target: () => {
      const both = ['mail', 'slack'];
      const notices = { decide: both, own: both, decided: both, access: both, reports: both };
      return { path: '/api/v1/preferences', body: { notices, zone: null } };
    },
    all: '403 forbidden',
    but: closed,
  },
  {
    endpoint: 'GET /api/v1/push-subscriptions',
    target: at('/api/v1/push-subscriptions'),
    all: '200',
    but: allSignedIn,
  },
  {
    endpoint: 'POST /api/v1/push-subscriptions',
    case: 'with an API key, which is no browser',
    target: () => {
      const keys = { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) };
      const endpoint = 'https://push.example/a';
      return { path: '/api/v1/push-subscriptions', body: { endpoint, keys, language: 'en' } };
    },
    all: '403 forbidden',
    but: closed,
  },
  {
    endpoint: 'DELETE /api/v1/push-subscriptions/{id}',
    case: 'with an API key, which is no browser',
    target: at('/api/v1/push-subscriptions/psh_00000000-0000-7000-8000-000000000000'),
    all: '403 forbidden',
    but: closed,
  },
  { endpoint: 'GET /api/v1/templates', target: at('/api/v1/templates'), all: '200', but: allSignedIn },
  {
    endpoint: 'POST /api/v1/templates',
    target: () => ({
      path: '/api/v1/templates',
      body: {
        name: 'Wrong total',
        request: {
          service: 'billing',
          scope: [{ resource: 'invoices', actions: ['list'] }],
          duration: 'PT1H',
        },
      },
    }),
    all: '403 forbidden',
    but: { ...closed, ...each(['engineer', 'otherEngineer', 'engineerAndReviewer', 'legal'], '201') },
  },
  {
    endpoint: 'DELETE /api/v1/templates/{id}',
    case: 'of no one',
    target: at('/api/v1/templates/tpl_00000000-0000-7000-8000-000000000000'),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['engineer', 'otherEngineer', 'engineerAndReviewer', 'legal'], '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/locks',
    target: () => ({
      path: '/api/v1/locks',
      body: { kind: 'person', name: 'lee@vendor.example', reason: 'test', duration: 'PT1S' },
    }),
    all: '403 forbidden',
    but: { ...closed, ...each(['securityAdmin', 'approver', 'tenantAdmin', 'foreignAdmin'], '201') },
  },
  {
    endpoint: 'GET /api/v1/locks',
    target: at('/api/v1/locks'),
    all: '403 forbidden',
    but: { ...closed, ...each(['securityAdmin', 'vendorAuditor', ...ACME, ...FOREIGN], '200') },
  },
  {
    endpoint: 'DELETE /api/v1/locks/{id}',
    case: 'of the customer',
    target: (broker) => lockBy(broker, 'tenantAdmin'),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'tenantAdmin'], '200'), foreignAdmin: '404 not_found' },
  },
  {
    endpoint: 'DELETE /api/v1/locks/{id}',
    case: 'of the vendor',
    target: (broker) => lockBy(broker, 'securityAdmin'),
    all: '403 forbidden',
    but: { ...closed, securityAdmin: '200' },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/events',
    target: at('/api/v1/tenants/acme/events'),
    all: '403 forbidden',
    but: ownLog,
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/events',
    case: 'of the deployment',
    target: at('/api/v1/tenants/deployment/events'),
    all: '403 forbidden',
    but: { ...ownLog, ...each(FOREIGN, '200') },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/access-records',
    target: at('/api/v1/tenants/acme/access-records'),
    all: '403 forbidden',
    but: ownLog,
  },
  // An engineer reads the leaves of their own requests, and never the whole log.
  ...(
    [
      ['checkpoint', 'checkpoint'],
      ['vkey', 'vkey'],
      ['policy', 'policy'],
      ['cosigned', 'cosigned'],
      ['minimum-index', 'minimum-index'],
      ['tile/{path}', 'tile/0/000.p/1'],
      ['openings/{index}', 'openings/0'],
      ['openings', 'openings?index=0'],
      ['proof/{index}', 'proof/0'],
    ] as const
  ).map(([path, file]) => ({
    endpoint: `GET /log/{slug}/${path}`,
    target: at(`/log/acme/${file}`),
    all: '403 forbidden' as const,
    but: tenantAndWatchers,
  })),
  {
    endpoint: 'POST /log/{slug}/checkpoint',
    target: () => ({ path: '/log/acme/checkpoint', body: { checkpoint: 'no note' } }),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['securityAdmin', 'approver', 'secondApprover', 'tenantAdmin'], '400 invalid_request'),
      ...each(FOREIGN, '404 not_found'),
    },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/log-export',
    target: at('/api/v1/tenants/acme/log-export?format=jsonl'),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/export-targets',
    target: at('/api/v1/tenants/acme/export-targets'),
    all: '403 forbidden',
    but: ownTargets,
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/export-targets',
    target: () => ({
      path: '/api/v1/tenants/acme/export-targets',
      body: { ...aTarget, name: `${Date.now()}` },
    }),
    all: '403 forbidden',
    but: { ...adminsOnly('201'), securityAdmin: '404 not_found' },
  },
  {
    endpoint: 'DELETE /api/v1/tenants/{slug}/export-targets/{id}',
    target: async (broker) => {
      const path = '/api/v1/tenants/acme/export-targets';
      const { body } = await broker.call('tenantAdmin', 'POST', path, { body: aTarget });
      return { path: `${path}/${(body as { id: string }).id}` };
    },
    all: '403 forbidden',
    but: { ...adminsOnly('204'), securityAdmin: '404 not_found' },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/witnesses',
    target: at('/api/v1/tenants/acme/witnesses'),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'GET /api/v1/notices',
    target: at('/api/v1/notices'),
    all: '403 forbidden',
    but: { ...closed, securityAdmin: '200' },
  },
  {
    endpoint: 'POST /api/v1/notices/{id}/retry',
    target: at('/api/v1/notices/ntc_00000000-0000-7000-8000-000000000000/retry'),
    all: '403 forbidden',
    but: { ...closed, securityAdmin: '404 not_found' },
  },
  { endpoint: 'GET /api/v1/services', target: at('/api/v1/services'), all: '200', but: allSignedIn },
  {
    endpoint: 'GET /api/v1/services/{name}',
    target: at('/api/v1/services/billing'),
    all: '200',
    but: allSignedIn,
  },
  { endpoint: 'GET /api/v1/whoami', target: at('/api/v1/whoami'), all: '200', but: allSignedIn },
  {
    endpoint: 'GET /api/v1/session',
    case: 'with a key instead of a session',
    target: at('/api/v1/session'),
    all: '401 unauthenticated',
    but: { gateway: '403 forbidden' },
  },
  {
    endpoint: 'DELETE /api/v1/session',
    case: 'with a key instead of a session',
    target: at('/api/v1/session'),
    all: '401 unauthenticated',
    but: { gateway: '403 forbidden' },
  },
  { endpoint: 'GET /api/v1/sessions', target: at('/api/v1/sessions'), all: '200', but: allSignedIn },
  {
    endpoint: 'DELETE /api/v1/sessions/{id}',
    target: async (broker) => {
      await broker.sessionOf('approver');
      const { body } = await broker.call('approver', 'GET', '/api/v1/sessions');
      return { path: `/api/v1/sessions/${(body as { items: { id: string }[] }).items[0]!.id}` };
    },
    all: '404 not_found',
    but: { ...closed, approver: '204' },
  },
  {
    endpoint: 'GET /api/v1/people/{id}',
    target: (broker) => ({ path: `/api/v1/people/${broker.persons.approver}` }),
    all: '200',
    but: { ...allSignedIn, ...each(FOREIGN, '404 not_found') },
  },
  {
    endpoint: 'GET /api/v1/people/{id}',
    case: 'of the vendor’s staff',
    target: (broker) => ({ path: `/api/v1/people/${broker.persons.engineer}` }),
    all: '200',
    but: allSignedIn,
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/access-reviews',
    target: at('/api/v1/tenants/acme/access-reviews'),
    all: '403 forbidden',
    but: { ...closed, ...each(ACME, '200'), ...each(FOREIGN, '404 not_found') },
  },
  // No quarter has begun. Who may ask for a review is what these rows show.
  {
    endpoint: 'GET /api/v1/tenants/{slug}/access-reviews/{id}',
    target: at(NO_REVIEW),
    all: '403 forbidden',
    but: { ...closed, ...each([...ACME, ...FOREIGN], '404 not_found') },
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/access-reviews/{id}/decisions',
    target: () => ({ path: `${NO_REVIEW}/decisions`, body: { item: 'person:x', decision: 'pruned' } }),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'tenantAdmin', 'foreignAdmin'], '404 not_found') },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/bypass-reports',
    target: at('/api/v1/tenants/acme/bypass-reports'),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['securityAdmin', 'vendorAuditor', ...ACME], '200'),
      ...each(FOREIGN, '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/bypass-reports',
    target: () => ({
      path: '/api/v1/tenants/acme/bypass-reports',
      body: {
        ...{ service: 'billing', from: '2026-11-24T15:00:00Z', to: '2026-11-24T16:00:00Z' },
        ...{ passed: 1, refused: 0 },
        calls: [{ kind: 'no_context', at: '2026-11-24T15:30:00Z', method: 'GET', refused: false }],
      },
    }),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['securityAdmin', 'approver', 'tenantAdmin'], '201'),
      foreignAdmin: '404 not_found',
    },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/notice-addresses',
    target: at('/api/v1/tenants/acme/notice-addresses'),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['approver', 'tenantAdmin', 'tenantAuditor'], '200'),
      foreignAdmin: '404 not_found',
    },
  },
  // This broker has no mail server, so no code could be sent.
  {
    endpoint: 'POST /api/v1/tenants/{slug}/notice-addresses',
    target: () => ({
      path: '/api/v1/tenants/acme/notice-addresses',
      body: { address: 'security@acme.example', topics: ['emergency'] },
    }),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'tenantAdmin', 'foreignAdmin'], '503 not_ready') },
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/notice-addresses/{id}/confirmation',
    target: () => ({ path: `${NO_ADDRESS}/confirmation`, body: { code: 'ABCDEFGH' } }),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'tenantAdmin', 'foreignAdmin'], '404 not_found') },
  },
  {
    endpoint: 'PUT /api/v1/tenants/{slug}/notice-addresses/{id}',
    target: () => ({ path: NO_ADDRESS, body: { topics: ['access'] } }),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'tenantAdmin', 'foreignAdmin'], '404 not_found') },
  },
  {
    endpoint: 'DELETE /api/v1/tenants/{slug}/notice-addresses/{id}',
    target: at(NO_ADDRESS),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'tenantAdmin', 'foreignAdmin'], '404 not_found') },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/practices',
    target: at('/api/v1/tenants/acme/practices'),
    all: '403 forbidden',
    but: { ...closed, ...each(ACME, '200'), ...each(FOREIGN, '404 not_found') },
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/practices',
    // A tenant begins one a day, so both admins come too late, in any order.
    target: async (broker) => {
      const path = '/api/v1/tenants/acme/practices';
      expectStatus(await broker.call('approver', 'POST', path), 201);
      return { path };
    },
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'tenantAdmin'], '409 conflict'), foreignAdmin: '404 not_found' },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/practices/{id}',
    target: at(NO_PRACTICE),
    all: '403 forbidden',
    but: { ...closed, ...each([...ACME, ...FOREIGN], '404 not_found') },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/practices/{id}/task',
    target: at(`${NO_PRACTICE}/task`),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'secondApprover', 'foreignApprover'], '404 not_found') },
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/practices/{id}/answer',
    target: () => ({ path: `${NO_PRACTICE}/answer`, body: { decision: 'deny' } }),
    all: '403 forbidden',
    but: { ...closed, ...each(['approver', 'secondApprover', 'foreignApprover'], '404 not_found') },
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/people',
    target: at('/api/v1/tenants/acme/people'),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/people',
    target: () => ({
      path: '/api/v1/tenants/acme/people',
      body: newcomer(),
    }),
    all: '403 forbidden',
    but: adminsOnly('201'),
  },
  {
    endpoint: 'PATCH /api/v1/tenants/{slug}/people/{id}',
    target: (broker) => ({
      path: `/api/v1/tenants/acme/people/${broker.persons.tenantAuditor}`,
      body: { name: 'Art' },
    }),
    all: '403 forbidden',
    but: adminsOnly('200'),
  },
  {
    endpoint: 'DELETE /api/v1/tenants/{slug}/people/{id}',
    target: async (broker) => {
      const body = newcomer();
      const answer = await broker.call('tenantAdmin', 'POST', '/api/v1/tenants/acme/people', { body });
      return { path: `/api/v1/tenants/acme/people/${(answer.body as { id: string }).id}` };
    },
    all: '403 forbidden',
    but: adminsOnly('200'),
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/privacy-controls',
    target: at('/api/v1/tenants/acme/privacy-controls'),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'PUT /api/v1/tenants/{slug}/privacy-controls',
    target: async (broker) => {
      const path = '/api/v1/tenants/acme/privacy-controls';
      return { path, body: (await broker.call('tenantAdmin', 'GET', path)).body };
    },
    all: '403 forbidden',
    but: adminsOnly('200'),
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/privacy-controls/test',
    target: () => ({ path: '/api/v1/tenants/acme/privacy-controls/test', body: { approvals: 1 } }),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/widenings',
    target: at('/api/v1/tenants/acme/widenings'),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/widenings/{id}',
    target: wideningOf,
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/widenings/{id}/statement',
    target: async (broker) => ({ path: `${(await wideningOf(broker)).path}/statement` }),
    all: '403 forbidden',
    but: adminsOnly('200'),
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/widenings/{id}/confirmation',
    target: async (broker) => ({ path: `${(await wideningOf(broker)).path}/confirmation`, body: {} }),
    all: '403 forbidden',
    // The tenant's admin has proposed it.
    but: { ...adminsOnly('201'), tenantAdmin: '403 forbidden' },
  },
  {
    endpoint: 'DELETE /api/v1/tenants/{slug}/widenings/{id}',
    target: wideningOf,
    all: '403 forbidden',
    but: adminsOnly('200'),
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/log-settings',
    target: at('/api/v1/tenants/acme/log-settings'),
    all: '403 forbidden',
    but: { ...tenantAndWatchers, legal: '200' },
  },
  {
    endpoint: 'PUT /api/v1/tenants/{slug}/log-settings',
    target: async (broker) => {
      const path = '/api/v1/tenants/acme/log-settings';
      const { holds: _holds, ...body } = (await broker.call('tenantAdmin', 'GET', path)).body as {
        holds: unknown;
      };
      return { path, body };
    },
    all: '403 forbidden',
    but: adminsOnly('200'),
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/legal-hold',
    target: (broker) => legalHold(broker, 'DELETE'),
    all: '403 forbidden',
    but: { ...adminsOnly('201'), legal: '201' },
  },
  {
    endpoint: 'DELETE /api/v1/tenants/{slug}/legal-hold',
    target: async (broker) => ({ path: (await legalHold(broker, 'POST')).path }),
    all: '403 forbidden',
    but: { ...adminsOnly('204'), legal: '204' },
  },
  {
    endpoint: 'POST /api/v1/demands',
    target: () => ({ path: DEMANDS, body: aDemand() }),
    all: '403 forbidden',
    but: legalOnly('201'),
  },
  { endpoint: 'GET /api/v1/demands', target: at(DEMANDS), all: '403 forbidden', but: demandReaders },
  { endpoint: 'GET /api/v1/demands/{id}', target: ofDemand(''), all: '403 forbidden', but: demandReaders },
  {
    endpoint: 'POST /api/v1/demands/{id}/steps',
    target: ofDemand('/steps', { action: 'redirected', outcome: 'accepted', reason: 'sent to acme' }),
    all: '403 forbidden',
    but: legalOnly('201'),
  },
  {
    endpoint: 'POST /api/v1/demands/{id}/documents',
    target: ofDemand('/documents', aDocument),
    all: '403 forbidden',
    but: legalOnly('201'),
  },
  {
    endpoint: 'GET /api/v1/demands/{id}/documents/{sha256}',
    target: async (broker) => {
      const { path } = await ofDemand('/documents')(broker);
      const filed = (await broker.call('legal', 'POST', path, { body: aDocument })).body as {
        documents: { sha256: string }[];
      };
      return { path: `${path}/${(filed.documents[0]?.sha256 ?? '').slice('sha256:'.length)}` };
    },
    all: '403 forbidden',
    but: legalOnly('200'),
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/statement',
    target: at('/api/v1/tenants/acme/statement?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z'),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/statements',
    target: at('/api/v1/tenants/acme/statements'),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/statements/{day}',
    target: at('/api/v1/tenants/acme/statements/2026-01-01'),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['securityAdmin', 'vendorAuditor', ...ACME, ...FOREIGN], '404 not_found'),
    },
  },
  {
    endpoint: 'POST /api/v1/tenants/{slug}/erasures',
    target: async (broker) => {
      await makeRequest(broker);
      const newest = await broker.call('tenantAdmin', 'GET', '/api/v1/tenants/acme/events?limit=1');
      const [leaf] = (newest.body as { items: { index: number }[] }).items;
      const body = { leaf: leaf?.index, fields: ['justification'] };
      return { path: '/api/v1/tenants/acme/erasures', body };
    },
    all: '403 forbidden',
    but: adminsOnly('409 too_recent'),
  },
  {
    endpoint: 'GET /api/v1/tenants/{slug}/decision-times',
    target: at('/api/v1/tenants/acme/decision-times'),
    all: '200',
    but: { ...closed, legal: '200', ...each(FOREIGN, '404 not_found') },
  },
  { endpoint: 'GET /api/v1/organisation', target: at('/api/v1/organisation'), all: '200', but: allSignedIn },
  {
    endpoint: 'GET /api/v1/gateways',
    target: at('/api/v1/gateways'),
    all: '403 forbidden',
    but: { ...closed, ...each(['securityAdmin', 'vendorAuditor'], '200') },
  },
  {
    endpoint: 'GET /api/v1/organisation/in-force',
    target: at('/api/v1/organisation/in-force'),
    all: '403 forbidden',
    but: { ...closed, ...each(['securityAdmin', 'vendorAuditor'], '200') },
  },
  {
    endpoint: 'POST /api/v1/organisation/preview',
    target: () => ({ path: '/api/v1/organisation/preview', body: { file: 'vendor: {}' } }),
    all: '403 forbidden',
    but: { ...closed, securityAdmin: '400 invalid_request' },
  },
  {
    endpoint: 'GET /api/v1/transparency-reports',
    target: at('/api/v1/transparency-reports'),
    all: '200',
    but: allSignedIn,
  },
  ...['', '/report.json', '/report.csv'].map((part) => ({
    endpoint: `GET /api/v1/transparency-reports/{period}${part}`,
    // There is none for this half-year.
    target: at(`/api/v1/transparency-reports/2020-H1${part}`),
    all: '404 not_found',
    but: closed,
  })),
  {
    endpoint: 'GET /api/v1/transparency-reports/{period}/figures/{figure}',
    target: at('/api/v1/transparency-reports/2020-H1/figures/demands'),
    all: '403 forbidden',
    but: { ...closed, ...each(['securityAdmin', 'vendorAuditor'], '200') },
  },
  ...['', '/report.csv'].map((part) => ({
    endpoint: `GET /api/v1/tenants/{slug}/transparency-reports/{period}${part}`,
    target: at(`/api/v1/tenants/acme/transparency-reports/2020-H1${part}`),
    all: '403 forbidden',
    but: tenantAndWatchers,
  })),
  {
    // No period: who may not have a pack is refused before.
    endpoint: 'GET /api/v1/tenants/{slug}/evidence',
    target: at('/api/v1/tenants/acme/evidence?period=none'),
    all: '403 forbidden',
    but: {
      ...closed,
      ...each(['vendorAuditor', 'approver', 'tenantAdmin', 'tenantAuditor'], '400 invalid_request'),
      foreignAdmin: '404 not_found',
    },
  },
  {
    endpoint: 'GET /api/v1/isolation',
    target: at('/api/v1/isolation'),
    all: '403 forbidden',
    but: { ...closed, ...each(['securityAdmin', 'vendorAuditor'], '200') },
  },
  {
    endpoint: 'GET /api/v1/standing',
    target: at('/api/v1/standing?tenant=acme'),
    all: '403 forbidden',
    but: tenantAndWatchers,
  },
  { endpoint: 'GET /api/v1/stream', target: at('/api/v1/stream'), all: '200', but: allSignedIn },
  {
    endpoint: 'POST /oauth/introspect',
    target: tokenForm('/oauth/introspect'),
    all: '200',
    but: { nobody: '401 unauthenticated' },
  },
  {
    endpoint: 'POST /oauth/revoke',
    target: tokenForm('/oauth/revoke'),
    all: '403 forbidden',
    but: holderOnly,
  },
  {
    endpoint: 'GET /gateway/v1/feed',
    target: at(`/gateway/v1/feed?nonce=${NONCE}`),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '200' },
  },
  {
    endpoint: 'POST /gateway/v1/records',
    target: () => ({ path: '/gateway/v1/records', body: {} }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/pins',
    target: () => ({ path: '/gateway/v1/pins', body: { pins: 'none' } }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/stops',
    target: () => ({ path: '/gateway/v1/stops', body: {} }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/heads',
    target: () => ({ path: '/gateway/v1/heads', body: {} }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/browser-sessions',
    target: () => ({ path: '/gateway/v1/browser-sessions', body: {} }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/browser-sessions/token',
    target: () => ({ path: '/gateway/v1/browser-sessions/token', body: {} }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/browser-sessions/release',
    target: () => ({ path: '/gateway/v1/browser-sessions/release', body: {} }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/leases',
    target: () => ({ path: '/gateway/v1/leases', body: {} }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/leases/closed',
    target: () => ({ path: '/gateway/v1/leases/closed', body: {} }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '400 invalid_request' },
  },
  {
    endpoint: 'POST /gateway/v1/identity',
    target: () => ({ path: '/gateway/v1/identity', body: { publicKey: NONCE } }),
    all: '403 forbidden',
    but: { ...gatewaysOnly, gateway: '204' },
  },
  ...(
    [
      ['GET', 'POST'].map((method) => `${method} /scim/v2/Users`),
      ['GET', 'POST'].map((method) => `${method} /scim/v2/Groups`),
      ['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => `${method} /scim/v2/Users/{id}`),
      ['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => `${method} /scim/v2/Groups/{id}`),
      ['ServiceProviderConfig', 'Schemas', 'Schemas/{id}'].map((name) => `GET /scim/v2/${name}`),
      ['ResourceTypes', 'ResourceTypes/{id}'].map((name) => `GET /scim/v2/${name}`),
    ] as string[][]
  )
    .flat()
    .map((endpoint) => ({
      endpoint,
      case: 'without the token of a SCIM client',
      target: at(endpoint.slice(endpoint.indexOf('/'))),
      all: '403' as const,
      but: { nobody: '401' as const },
    })),
  {
    endpoint: 'POST /signals/{side}/events',
    case: 'of a side that accepts none',
    target: at('/signals/acme/events'),
    all: '404 not_found',
  },
  {
    endpoint: 'POST /auth/discover',
    target: () => ({ path: '/auth/discover', body: { organisation: 'acme' } }),
    all: '200',
  },
  {
    endpoint: 'POST /auth/oidc/{side}/start',
    case: 'from a page that is not ours',
    target: () => ({ path: '/auth/oidc/acme/start' }),
    all: '403 forbidden',
  },
  {
    endpoint: 'GET /auth/oidc/{side}/callback',
    case: 'that no one has begun',
    target: at('/auth/oidc/acme/callback'),
    all: '303',
  },
  {
    endpoint: 'POST /auth/code',
    case: 'from a page that is not ours',
    target: () => ({ path: '/auth/code', body: { organisation: 'acme', email: 'ada@acme.example' } }),
    all: '403 forbidden',
  },
  {
    endpoint: 'POST /auth/code/verify',
    case: 'from a page that is not ours',
    target: () => ({ path: '/auth/code/verify', body: { code: 'ABCD-EFGH' } }),
    all: '403 forbidden',
  },
  {
    endpoint: 'GET /auth/cli',
    case: 'in a browser that is not signed in',
    target: at(`/auth/cli?port=5000&device=x&state=${NONCE}&code_challenge=${NONCE}`),
    all: '302',
  },
  {
    endpoint: 'POST /auth/cli',
    case: 'with a key instead of a session',
    target: () => ({
      path: '/auth/cli',
      form: { port: '5000', device: 'x', state: NONCE, code_challenge: NONCE, decision: 'allow' },
    }),
    all: '401 unauthenticated',
    but: { gateway: '403 forbidden' },
  },
  {
    endpoint: 'POST /auth/cli/token',
    target: () => ({ path: '/auth/cli/token', body: { code: 'x', verifier: NONCE } }),
    all: '401 unauthenticated',
  },
  {
    endpoint: 'GET /api/v1/slack/accounts',
    target: at('/api/v1/slack/accounts'),
    all: '200',
    but: allSignedIn,
  },
  {
    endpoint: 'DELETE /api/v1/slack/accounts/{id}',
    case: 'with an API key, which may not unlink one',
    target: at('/api/v1/slack/accounts/T0ACME.U0ADA'),
    all: '403 forbidden',
    but: closed,
  },
  {
    endpoint: 'GET /api/v1/slack/installations',
    target: at('/api/v1/slack/installations'),
    all: '403 forbidden',
    but: { ...closed, ...each(INSTALLERS, '200') },
  },
  ...(['GET /slack/install', 'GET /slack/oauth_redirect'] as const).map((endpoint) => ({
    endpoint,
    case: 'if Slack is not set up',
    target: at(endpoint.slice(4)),
    all: '403 forbidden' as const,
    but: { ...closed, ...each(INSTALLERS, '503 not_ready') },
  })),
  ...(['POST /slack/link', 'GET /slack/link/callback'] as const).map((endpoint) => ({
    endpoint,
    case: 'with a key instead of a browser',
    target: at(endpoint.slice(endpoint.indexOf('/'))),
    all: '403 forbidden' as const,
    but: closed,
  })),
  { endpoint: 'GET /healthz', target: at('/healthz'), all: '200' },
  { endpoint: 'GET /readyz', target: at('/readyz'), all: '200' },
  { endpoint: 'GET /.well-known/jwks.json', target: at('/.well-known/jwks.json'), all: '200' },
  {
    endpoint: 'GET /.well-known/authzen-configuration',
    target: at('/.well-known/authzen-configuration'),
    all: '200',
  },
  {
    endpoint: 'POST /access/v1/evaluation',
    target: () => ({
      path: '/access/v1/evaluation',
      body: {
        subject: { type: 'user', id: 'erin@vendor.example' },
        action: { name: 'read' },
        resource: { type: 'billing', id: 'invoices/17', properties: { tenant: 'acme' } },
      },
    }),
    all: '200',
    but: closed,
  },
  { endpoint: 'GET /api/openapi.json', target: at('/api/openapi.json'), all: '200' },
  { endpoint: 'GET /api/docs', target: at('/api/docs'), all: '200' },
  { endpoint: 'GET /api/docs/{part}', target: at('/api/docs/Requests'), all: '200' },
];

/** An engineer may have at most five pending requests, so each test that may make one cancels its own. */
export async function cancelPending(broker: TestBroker): Promise<void> {
  for (const who of ['engineer', 'otherEngineer', 'engineerAndReviewer'] as const) {
    const open = await broker.host.store.readAsVendor((unit) => unit.requests.openOf(broker.persons[who]));
    for (const { id } of open) await broker.call(who, 'POST', `/api/v1/requests/${id}/cancel`);
  }
}
