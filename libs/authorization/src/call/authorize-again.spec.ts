import { compileRouteMap, type ServiceDefinition, type Terms } from '@countersign/contract';
import { type AllowedDecision, authorizeCall, authorizeCallAgain } from './authorize-call.js';
import type { ActiveGrant, Call, CallClaims, CallView, PublishedRouteMap } from './call.js';

const NOW = Date.parse('2026-11-24T15:00:00Z');
const DIGEST = `sha256:${'d'.repeat(64)}`;
const MAP = `sha256:${'a'.repeat(64)}`;
const GRANT = 'grt_01980000-0000-7000-8000-000000000001';

const invoice = {
  method: 'GET',
  path: '/tenants/{tenant}/invoices/{id}',
  resource: 'invoices/{id}',
  action: 'read',
};
const billing: ServiceDefinition = {
  name: 'billing',
  upstream: 'http://localhost:4200',
  audience: 'billing',
  tenantFrom: 'path',
  routes: [invoice],
};
const publish = (definition: ServiceDefinition): PublishedRouteMap => ({
  definition,
  compiled: compileRouteMap(definition),
});

const terms: Terms = {
  v: 1,
  deployment: 'dep_01980000-0000-7000-8000-000000000002',
  request: 'req_01980000-0000-7000-8000-000000000003',
  basis: 'approval',
  tenant: 'acme',
  service: 'billing',
  routes: MAP,
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  seconds: 3600,
  startsOn: 'approval',
  lapsesAt: '2026-11-24T20:00:00Z',
  requester: 'usr_01980000-0000-7000-8000-000000000004',
  justification: `c1:${'A'.repeat(43)}`,
};
const claims: CallClaims = {
  exp: NOW / 1_000 + 60,
  grant_id: GRANT,
  grant_nbf: NOW / 1_000 - 1,
  grant_exp: NOW / 1_000 + 120,
  tenant: 'acme',
  digest: DIGEST,
  terms,
};
const token = { claims, kid: 'key-1' };
const grant: ActiveGrant = {
  id: GRANT,
  tenant: 'acme',
  service: 'billing',
  startsAt: NOW - 1_000,
  endsAt: NOW + 120_000,
  budget: null,
};

/** It names `globex`, a tenant that may become pinned. */
const call: Call = {
  mode: 'authz',
  service: 'billing',
  method: 'GET',
  path: '/tenants/acme/invoices/globex',
  query: '',
  queryNames: [],
  host: 'localhost',
  headerValues: () => [],
  headerFields: [],
  hasBody: false,
  bodySha256: undefined,
  bodyLength: undefined,
  bodyIsArriving: false,
  operation: undefined,
};

const map = publish(billing);
const view = (changes: Partial<CallView> = {}): CallView => ({
  isInTouch: () => true,
  hasActiveSigningKey: () => true,
  isChangeSpent: () => false,
  grant: () => grant,
  currentMap: () => map,
  mapByHash: () => map,
  forbidRules: () => [],
  requiresGateway: () => false,
  findLock: () => undefined,
  trust: () => undefined,
  pinnedTenants: new Set(),
  checkCountersigned: () => undefined,
  hasRoom: () => true,
  hasBudgetLeft: () => true,
  maxBodyBytes: 1_000,
  ...changes,
});

const allowed = (): AllowedDecision => {
  const decision = authorizeCall(token, call, view(), NOW);
  if (!decision.allowed) throw new Error(`refused: ${decision.detail}`);
  return decision;
};
const again = (changes: Partial<CallView>, now = NOW) =>
  authorizeCallAgain(token, call, view(changes), now, allowed());

/** The refusal of a decision that starts from nothing. */
function fresh(changes: Partial<CallView>, now = NOW) {
  const decision = authorizeCall(token, call, view(changes), now);
  if (decision.allowed) return undefined;
  const { allowed: _, match: __, ...refusal } = decision;
  return refusal;
}

const failing = (): never => {
  throw new Error('broken');
};
const otherAction = publish({ ...billing, routes: [{ ...invoice, action: 'list' }] });
const narrower: [what: string, code: string, changes: Partial<CallView>][] = [
  ['the gateway is out of touch', 'not_in_touch', { isInTouch: () => false }],
  ['the signing key is revoked', 'invalid_token', { hasActiveSigningKey: () => false }],
  ['the grant has left the list', 'grant_ended', { grant: () => undefined }],
  ['the digest belongs to another grant', 'grant_ended', { grant: () => ({ ...grant, id: 'grt_2' }) }],
  ['the window began at another time', 'grant_ended', { grant: () => ({ ...grant, startsAt: NOW }) }],
  ['the window has ended', 'grant_ended', { grant: () => ({ ...grant, endsAt: NOW }) }],
  ['the grant has a budget now', 'grant_ended', { grant: () => ({ ...grant, budget: { calls: 1 } }) }],
  ['something is locked', 'locked', { findLock: () => 'the tenant is locked' }],
  ['the current map is gone', 'route_not_listed', { currentMap: () => undefined }],
  ['the current map means something else', 'route_not_listed', { currentMap: () => otherAction }],
  ['the approved map is gone', 'route_not_listed', { mapByHash: () => undefined }],
  [
    'another tenant that the call names is pinned',
    'insufficient_scope',
    { pinnedTenants: new Set(['globex']) },
  ],
  ['the tenant is gone', 'insufficient_scope', { forbidRules: () => undefined }],
  [
    'the tenant forbids it',
    'insufficient_scope',
    { forbidRules: () => [{ service: 'billing', resource: 'invoices/*', actions: ['read'] }] },
  ],
  ['the tenant requires the gateway', 'gateway_required', { requiresGateway: () => true }],
  ['the tenant is claimed, and not pinned', 'not_countersigned', { trust: () => 'unpinned' }],
  ['there is no room', 'rate_limited', { hasRoom: () => false }],
  ['the budget is used up', 'budget_exhausted', { hasBudgetLeft: () => false }],
  ['a check fails', 'insufficient_scope', { findLock: failing }],
  ['the state cannot be read', 'insufficient_scope', { grant: failing }],
];

describe('authorizeCallAgain', () => {
  test('allows what has not changed, and what has changed without effect', () => {
    expect(again({})).toBeUndefined();
    const copy = publish({ ...billing, upstream: 'http://localhost:4201' });
    expect(again({ currentMap: () => copy, mapByHash: () => copy })).toBeUndefined();
  });

  test.each(narrower)('P6: refuses as a first decision does: %s', (_what, code, changes) => {
    expect(again(changes)).toMatchObject({ code });
    expect(again(changes)).toEqual(fresh(changes));
  });

  test('P6: refuses when a time limit has passed meanwhile', () => {
    expect(again({}, NOW + 60_000)).toMatchObject({ code: 'invalid_token', reason: 'expired' });
    expect(again({}, NOW + 60_000)).toEqual(fresh({}, NOW + 60_000));
  });
});
