import type { CompiledRouteMap, ForbidRule, ServiceDefinition } from '@countersign/contract';
import type { PinnedTrust } from '../countersignature/countersign.js';
import type { CountersignReason, CountersignRefusal } from '../countersignature/refusal.js';
import type { GrantTokenClaims } from '../token/claims.js';

/** Why a call with a verified token is refused. Stable codes of CONTRACT §5, in the order of the checks. */
type CallRefusalCode =
  | 'ambiguous_request'
  | 'grant_ended'
  | 'locked'
  | 'route_not_listed'
  | 'insufficient_scope'
  | 'not_countersigned'
  | 'rate_limited'
  | 'budget_exhausted';

/** What the verified token says that the call is held against. */
export type CallClaims = Pick<
  GrantTokenClaims,
  'grant_id' | 'grant_nbf' | 'grant_exp' | 'tenant' | 'digest' | 'terms' | 'countersignatures'
>;

/** The call itself, in its one canonical form. */
export type Call = {
  service: string;
  method: string;
  /** Upstream path without query. Empty where the call named the service alone. */
  path: string;
  /** With the leading `?`, or empty. */
  query: string;
  /** Decoded names of the query's parameters, in order, repeated ones repeated. */
  queryNames: readonly string[];
  /** The host without port, lower-case. */
  host: string;
  /** All values of a request header. */
  headerValues(name: string): readonly string[];
  /** Every request header, names in lower case. */
  headerFields: readonly (readonly [name: string, value: string])[];
  /** `sha256:` + hex of the whole body; undefined where the body has not been read. */
  bodySha256: string | undefined;
};

/** An entry of the positive list. Times in milliseconds since the epoch; the window is [startsAt, endsAt). */
export type ActiveGrant = {
  id: string;
  tenant: string;
  service: string;
  startsAt: number;
  endsAt: number;
};

/** A route map as it was published, with its compiled form. */
export type PublishedRouteMap = { definition: ServiceDefinition; compiled: CompiledRouteMap };

/** What the checker knows of the world: pure questions, answered from memory. */
export interface CallView {
  /** The active grant of exactly this digest; undefined when it is not on the positive list, or no longer. */
  grant(digest: string): ActiveGrant | undefined;
  /** The map by which the service is judged today. */
  currentMap(service: string): PublishedRouteMap | undefined;
  /** The map that terms name by hash. */
  mapByHash(hash: string): PublishedRouteMap | undefined;
  /** What the tenant forbids; undefined for a tenant that is not known, which refuses. */
  forbidden(tenant: string): readonly ForbidRule[] | undefined;
  /** What of tenant, person and service is locked, or of tenant and digest stopped, in words; undefined where nothing is. */
  lockOn(who: { tenant: string; person: string; service: string; digest: string }): string | undefined;
  /**
   * The tenant's trust as it is pinned here; undefined for a tenant that nobody claimed; `unpinned` for one that is
   * claimed while no pin says here by what.
   */
  trust(tenant: string): PinnedTrust | 'unpinned' | undefined;
  /** The tenants of which a trust document is, or was, pinned here: nobody else's call may name one of them. */
  pinnedTenants: ReadonlySet<string>;
  /** Why the token is not countersigned as this trust demands; undefined where it is. */
  countersigned(claims: CallClaims, trust: PinnedTrust): CountersignRefusal | undefined;
  /** Whether one more call may run at once under this grant and at this service. */
  hasRoom(digest: string, service: string): boolean;
  /** Whether the grant's budget allows one more call. */
  hasBudget(digest: string): boolean;
}

/** The route that both maps agree on. */
export type MatchedCall = { route: string; resource: string; action: string; tenant: string };

/** `reason`: why it is not countersigned. */
export type CallRefusal = { code: CallRefusalCode; detail: string; reason?: CountersignReason };

/**
 * What one check works on. A call is decided in one turn, so that what several checks ask of the view is asked once.
 * `match` is set by the route check for the checks after it.
 */
export type CallContext = {
  readonly claims: CallClaims;
  readonly call: Call;
  readonly view: CallView;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The view's answers for the digest and the tenant of the claims. */
  readonly grant: ActiveGrant | undefined;
  readonly trust: PinnedTrust | 'unpinned' | undefined;
  match: MatchedCall | undefined;
};

/** One named check: a refusal, or undefined to go on. */
export type CallStep = (context: CallContext) => CallRefusal | undefined;
