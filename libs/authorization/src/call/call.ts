import type {
  Budget,
  CallMode,
  CompiledRouteMap,
  ForbidRule,
  OperationCall,
  OperationReason,
  Route,
  ServiceDefinition,
} from '@countersign/contract';
import type {
  CountersignReason,
  CountersignRefusal,
  PinnedTrust,
} from '../countersignature/countersignature.js';
import type { GrantTokenClaims, TokenReason } from '../token/grant-token.js';

/** Why a call with a verified token is refused: stable codes, in the order of docs/contract.md, Gateway. */
type CallRefusalCode =
  | 'ambiguous_request'
  | 'not_in_touch'
  | 'invalid_token'
  | 'grant_ended'
  | 'locked'
  | 'route_not_listed'
  | 'operation_refused'
  | 'insufficient_scope'
  | 'range_refused'
  | 'gateway_required'
  | 'not_countersigned'
  | 'rate_limited'
  | 'budget_exhausted'
  | 'body_too_large';

/** The claims of a verified token that the checks of a call read. */
export type CallClaims = Pick<
  GrantTokenClaims,
  'exp' | 'grant_id' | 'grant_nbf' | 'grant_exp' | 'tenant' | 'log' | 'digest' | 'terms' | 'countersignatures'
>;

/** A token that was valid when it was verified, and the id of the key that signed it. */
export type CallToken = { claims: CallClaims; kid: string };

/** The call itself, in its one canonical form. */
export type Call = {
  /** Who passes the call on if it is allowed. */
  mode: CallMode;
  service: string;
  method: string;
  /** The upstream path without query. Empty if the call names only the service. */
  path: string;
  /** With the leading `?`, or empty. */
  query: string;
  /** Decoded names of the query's parameters, in order, each as often as it is given. */
  queryNames: readonly string[];
  /** The host without port, in lower case. */
  host: string;
  /** All values of a request header. */
  headerValues(name: string): readonly string[];
  /** Every request header, names in lower case. */
  headerFields: readonly (readonly [name: string, value: string])[];
  /** Whether the call has a body, of whatever length. */
  hasBody: boolean;
  /** `sha256:` + hex of the whole body. Undefined if the body was not read before the decision. */
  bodySha256: string | undefined;
  /** The declared length of the body in bytes. Undefined if the request declares none. */
  bodyLength: number | undefined;
  /** Whether the call has a body that has not arrived whole and will pass while the call is open. */
  bodyIsArriving: boolean;
  /**
   * The persisted operation that the call names, or why it names none. Undefined if no route of its method and path is a persisted
   * operation.
   */
  operation: OperationCall | CallRefusal | undefined;
};

/** An entry of the feed's list of active grants. Milliseconds since the epoch; the window is [startsAt, endsAt). */
export type ActiveGrant = {
  id: string;
  tenant: string;
  service: string;
  startsAt: number;
  endsAt: number;
  /** Null without a budget. */
  budget: Budget | null;
};

/** A route map as it was published, with its compiled form. */
export type PublishedRouteMap = { definition: ServiceDefinition; compiled: CompiledRouteMap };

/** What the checker knows. Every question is answered from memory, at once and without side effects. */
export interface CallView {
  /** Whether the checker has heard from its broker recently enough to rely on what it knows. */
  isInTouch(now: number): boolean;
  /** Whether the grant-signing key of that id is listed and has not retired. */
  hasActiveSigningKey(kid: string, now: number): boolean;
  /** The active grant of exactly this digest. Undefined if it is not, or no longer, on the list. */
  grant(digest: string): ActiveGrant | undefined;
  /** Whether the one change of the terms with this digest has been made. It outlasts the grant. */
  isChangeSpent(digest: string): boolean;
  /** The service's current map. */
  currentMap(service: string): PublishedRouteMap | undefined;
  /** The map with that hash, which terms name. */
  mapByHash(hash: string): PublishedRouteMap | undefined;
  /** The tenant's `forbid` rules. Undefined for an unknown tenant, whose calls are refused. */
  forbidRules(tenant: string): readonly ForbidRule[] | undefined;
  /** Whether the tenant accepts only calls that the gateway forwards itself. */
  requiresGateway(tenant: string): boolean;
  /** In words, the lock on tenant, person, service or grant, or the customer's stop of tenant or digest. Undefined without one. */
  findLock(who: {
    tenant: string;
    person: string;
    service: string;
    grant: string;
    digest: string;
  }): string | undefined;
  /**
   * The tenant's trust as it is pinned here. Undefined for an unclaimed tenant. `unpinned` for a claimed tenant without a
   * pin on this host.
   */
  trust(tenant: string): PinnedTrust | 'unpinned' | undefined;
  /** The tenants for which a trust document is, or was, pinned here. No other tenant's call may name one of them. */
  pinnedTenants: ReadonlySet<string>;
  /** Why the token lacks countersignatures that this trust requires. Undefined if it has them. */
  checkCountersigned(claims: CallClaims, trust: PinnedTrust): CountersignRefusal | undefined;
  /**
   * Whether one more call may run at once under this grant and at this service. Calls whose body is still arriving have a
   * smaller bound of their own, so that half-sent uploads leave room for other calls.
   */
  hasRoom(digest: string, service: string, bodyIsArriving: boolean): boolean;
  /** Whether the grant's budget allows one more call. */
  hasBudgetLeft(digest: string, grant: ActiveGrant): boolean;
  /** The largest body that is accepted, in bytes. */
  maxBodyBytes: number;
}

/** A call's route by the map that the terms name, and by the current map. They agree on what the call is, and may differ in the rest. */
export type RoutesOfCall = { approved: Route; current: Route };

/** The route that both maps agree on. */
export type MatchedCall = {
  /** The name of the route by the map that the terms name (`routeName`). */
  route: string;
  resource: string;
  action: string;
  tenant: string;
  /** The response is the same for every tenant: the call needs no scope. */
  shared?: true;
};

/** The fields of an answer that hold presigned links (`fields`), and the origins of the storages to which these may lead (`hosts`). */
export type LinkedFields = { fields: readonly string[]; hosts: readonly string[] };

/**
 * What an answer may show only in part: pointers to its fields (`fields`), and the media types that pass although no field can
 * be masked in them (`passes`).
 */
export type Masking = { fields: readonly string[]; passes: readonly string[] };

/**
 * `reason`: what is wrong with the token (`invalid_token`), its countersignatures (`not_countersigned`) or the call's persisted operation
 * (`operation_refused`).
 */
export type CallRefusal = {
  code: CallRefusalCode;
  detail: string;
  reason?: TokenReason | CountersignReason | OperationReason;
};

/**
 * What the checks of one call read. A call is decided in one turn of the event loop, so every fact that several checks
 * need is looked up once, at the beginning. The route check sets `match` for the checks after it.
 */
export type CallContext = CallToken & {
  readonly call: Call;
  readonly view: CallView;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly grant: ActiveGrant | undefined;
  readonly trust: PinnedTrust | 'unpinned' | undefined;
  /** The map that the terms name: what the approver saw. */
  readonly approvedMap: PublishedRouteMap | undefined;
  readonly currentMap: PublishedRouteMap | undefined;
  match: MatchedCall | undefined;
  /** Set by the route check. */
  routes: RoutesOfCall | undefined;
  /** The request headers that pass beside the default, by both maps. Set by the route check. */
  headers: ReadonlySet<string>;
  /** What the answer must not show. Undefined if it may show all. Set by the route check. */
  masking: Masking | undefined;
  /** The links that the client must not get. Undefined if the answer has none. Set by the route check. */
  links: LinkedFields | undefined;
};

/** One named check: a refusal, or undefined to go on. */
export type CallStep = (context: CallContext) => CallRefusal | undefined;
