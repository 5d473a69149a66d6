import type { Call, CallToken, CallView, PublishedRouteMap } from '@countersign/authorization';
import { compileRouteMap, type ServiceDefinition, type Terms } from '@countersign/contract';

/** The moment at which the sample calls are authorized. */
export const NOW = Date.parse('2026-11-24T15:00:00Z');
export const GRANT = 'grt_01980000-0000-7000-8000-000000000001';
export const DIGEST = `sha256:${'d'.repeat(64)}`;
/** The route map that the sample terms name. */
export const MAP = `sha256:${'a'.repeat(64)}`;

export const published = (definition: ServiceDefinition): PublishedRouteMap => ({
  definition,
  compiled: compileRouteMap(definition),
});

/** Terms for the invoices of Acme, for an hour. */
export const callTerms = (change: Partial<Terms> = {}): Terms => ({
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
  ...change,
});

/** The claims of a token for these terms that is valid for a minute. The grant ends `seconds` from now. */
export const callClaims = (terms: Terms, seconds: number): CallToken['claims'] => ({
  exp: NOW / 1_000 + 60,
  grant_id: GRANT,
  grant_nbf: NOW / 1_000 - 1,
  grant_exp: NOW / 1_000 + seconds,
  tenant: 'acme',
  digest: DIGEST,
  terms,
});

/** A call without a body that reads an invoice of Acme. */
export const sampleCall = (change: Partial<Call> = {}): Call => ({
  mode: 'gateway',
  service: 'billing',
  method: 'GET',
  path: '/tenants/acme/invoices/7',
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
  ...change,
});

/** What a gateway knows when nothing is stopped, locked, forbidden, claimed or used up. */
export const viewWithoutObjections = (
  facts: Pick<CallView, 'grant' | 'currentMap' | 'mapByHash'> & Partial<CallView>,
): CallView => ({
  isInTouch: () => true,
  hasActiveSigningKey: () => true,
  isChangeSpent: () => false,
  forbidRules: () => [],
  requiresGateway: () => false,
  findLock: () => undefined,
  trust: () => undefined,
  pinnedTenants: new Set(),
  checkCountersigned: () => undefined,
  hasRoom: () => true,
  hasBudgetLeft: () => true,
  maxBodyBytes: 1_000,
  ...facts,
});
