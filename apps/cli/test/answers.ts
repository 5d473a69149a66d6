const ID = '0193a5e0-0000-7000-8000-00000000000';
export const REQUEST_ID = `req_${ID}1`;
export const GRANT_ID = `grt_${ID}2`;
export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const TOKEN = 'aaa.bbb.ccc';

const needs = (vendor: number, customer: number) => ({
  vendor: { required: 1, approved: vendor },
  customer: {
    required: 1,
    approved: customer,
    countersignature: false,
    channels: ['web', 'api'],
    reasons: [{ code: 'not_slack', actions: ['update'] }],
  },
  impact: { level: 'medium', reasons: [{ code: 'changes', actions: ['update'] }] },
  risk: {
    level: 'medium',
    reasons: ['“update” is not among the actions that your controls list as low risk.'],
  },
});

/** A request as the broker's API answers it. */
export const requestAnswer = (changes: Record<string, unknown> = {}) => ({
  id: REQUEST_ID,
  tenant: 'acme',
  service: 'billing',
  requester: `usr_${ID}3`,
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  duration: 'PT1H',
  justification: 'Case 4711',
  ticket: null,

  state: 'awaiting_vendor',
  digest: DIGEST,
  terms: terms(),
  openings: {},
  needs: needs(0, 0),
  asked: null,
  lapsesAt: '2099-01-01T00:00:00Z',
  createdAt: '2026-11-24T12:00:00Z',
  reviews: [] as unknown[],
  offer: null,
  grant: null,
  invitation: null,
  erased: {},
  earlierDenials: [],
  outdated: null,
  outdatedBy: [],
  countersignatures: [],
  ...changes,
});

export const reviewAnswer = (changes: Record<string, unknown> = {}) => ({
  id: `rev_${ID}4`,
  person: `usr_${ID}5`,
  side: 'vendor',
  decision: 'approve',
  digest: DIGEST,
  reason: null,
  channel: 'api',
  assurance: 'api-key',
  at: '2026-11-24T12:01:00Z',
  ...changes,
});

export const grantAnswer = (gatewayUrl: string, changes: Record<string, unknown> = {}) => ({
  id: GRANT_ID,
  request: REQUEST_ID,
  tenant: 'acme',
  service: 'billing',
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  requester: `usr_${ID}3`,
  digest: DIGEST,
  state: 'active',
  access: 'open',
  accessReason: null,
  log: { epoch: 1, size: 7, root: `${'A'.repeat(43)}=` },
  startsAt: '2026-11-24T12:02:00Z',
  endsAt: '2099-01-01T00:00:00Z',
  budget: null,
  used: { calls: 0, bytes: 0 },
  endReason: null,
  endedAt: null,
  endedBy: null,
  countersignedBy: [],
  gatewayUrl,
  browserUrl: null,
  ...changes,
});

export const invitationAnswer = () => ({
  id: `inv_${ID}7`,
  tenant: 'acme',
  service: 'billing',
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  notBefore: '2026-11-24T12:00:00Z',
  until: '2026-11-27T17:00:00Z',
  ticket: '4711',
  maxDuration: 'PT1H',
  budget: { calls: 50 },
  uses: 3,
  recurs: null,
  requesters: null,
  unmasked: false,
  used: 1,
  state: 'open',
  person: `usr_${ID}5`,
  createdAt: '2026-11-24T12:00:00Z',
  endedAt: null,
  hash: DIGEST,
  statement: {
    type: 'countersign/invitation/v1',
    deployment: `dep_${ID}6`,
    tenant: 'acme',
    invitation: `inv_${ID}7`,
    service: 'billing',
    scope: [{ resource: 'invoices/*', actions: ['read'] }],
    maxSeconds: 3600,
    uses: 3,
    notBefore: '2026-11-24T12:00:00Z',
    notAfter: '2026-11-27T17:00:00Z',
    person: `usr_${ID}5`,
    log: { epoch: 1, size: 0, root: `${'A'.repeat(43)}=` },
  },
  countersignature: null,
  openings: {},
});

/** The person whose credential it is; vendor staff unless a tenant is named. */
export const whoamiAnswer = (tenant: string | null = null) => ({
  person: `usr_${ID}3`,
  email: 'someone@example.com',
  name: 'Someone',
  tenant,
  roles: [tenant === null ? 'engineer' : 'approver'],
  channel: 'api',
  assurance: 'api-key',
  zone: null,
  authenticatedAt: null,
  permissions: ['self.read'],
});

export const tokenAnswer = (token = TOKEN, lifeSeconds = 300) => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: lifeSeconds,
});

/** A service with one route that every tenant has. */
export const serviceAnswer = (changes: Record<string, unknown> = {}) => ({
  name: 'billing',
  upstream: 'http://localhost:4200',
  audience: 'billing',
  tenantFrom: 'path',
  tenantHeader: null,
  headers: ['X-Case'],
  cors: null,
  routesHash: ROUTES,
  routes: [
    {
      method: 'GET',
      path: '/tenants/{tenant}/invoices/{id}',
      resource: 'invoices/{id}',
      action: 'read',
      query: ['page'],
      repeat: [],
      headers: ['Cookie'],
    },
    {
      method: 'PATCH',
      path: '/tenants/{tenant}/invoices/{id}',
      resource: 'invoices/{id}',
      action: 'update',
      query: [],
      repeat: [],
      headers: [],
    },
  ],
  ...changes,
});

export const ROUTES = `sha256:${'b'.repeat(64)}`;

/** The terms that the request of `requestAnswer` carries. */
export const terms = () => ({
  v: 1,
  deployment: `dep_${ID}6`,
  request: REQUEST_ID,
  basis: 'approval',
  tenant: 'acme',
  service: 'billing',
  routes: ROUTES,
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  seconds: 3600,
  startsOn: 'approval',
  lapsesAt: '2099-01-01T00:00:00Z',
  requester: `usr_${ID}3`,
  justification: `c1:${'A'.repeat(43)}`,
});
