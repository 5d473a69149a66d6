import type { ServiceDefinition } from '@countersign/contract';
import {
  callClaims,
  callTerms,
  GRANT,
  NOW,
  published,
  sampleCall,
  viewWithoutObjections,
} from '../../../../test/factories/call.js';
import { type AllowedDecision, authorizeCall, authorizeCallAgain } from './authorize-call.js';
import type { ActiveGrant, CallView } from './call.js';

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
const token = { claims: callClaims(callTerms(), 120), kid: 'key-1' };
const grant: ActiveGrant = {
  id: GRANT,
  tenant: 'acme',
  service: 'billing',
  startsAt: NOW - 1_000,
  endsAt: NOW + 120_000,
  budget: null,
};

/** It names `globex`, a tenant that may become pinned. */
const call = sampleCall({ mode: 'authz', path: '/tenants/acme/invoices/globex' });

const map = published(billing);
const view = (changes: Partial<CallView> = {}): CallView =>
  viewWithoutObjections({ grant: () => grant, currentMap: () => map, mapByHash: () => map, ...changes });

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
const otherAction = published({ ...billing, routes: [{ ...invoice, action: 'list' }] });
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
    const copy = published({ ...billing, upstream: 'http://localhost:4201' });
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
