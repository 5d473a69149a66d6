import {
  type ActiveGrant,
  type AllowedDecision,
  authorizeCall,
  authorizeCallAgain,
  type Call,
  type CallDecision,
  type CallRefusal,
  type CallView,
  CountersignatureVerifier,
  findAmbiguity,
  type GrantTokenClaims,
  GrantTokenVerifier,
  nodeCountersignPorts,
  nodeHashing,
  type PublishedRouteMap,
  type TokenRefusal,
  type WhatToRequest,
  whatToRequest,
} from '@countersign/authorization';
import {
  ContractError,
  matchRoute,
  type RouteMatch,
  takesOperation,
  type UpstreamSettings,
} from '@countersign/contract';
import type { Budgets } from '../budget/budgets.js';
import type { OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import type { FeedLiveness } from '../feed/feed-liveness.js';
import { type CanonicalRequest, requireUsualBody } from '../http/canonical-request.js';
import { AmbiguousRequest, type RefusalCode } from '../http/refusals.js';
import type { CustomerRulesView } from '../trust/customer-rules.js';
import { digestLifetimeEnd } from './digest-ledger.js';
import type { GatewayState } from './gateway-state.js';

/** How long a verified token may wait for its grant in the feed: the broker creates both in the same transaction. */
const GRANT_WAIT_MS = 1_000;
/** Verified tokens that are cached: about 10 MiB at their usual length, 32 MiB at most. */
const CACHED_TOKENS = 4_096;

type CallAuthorizerParts = {
  state: GatewayState;
  liveness: FeedLiveness;
  calls: OpenCalls;
  budgets: Budgets;
  clock: Clock;
  /** What the customers have signed and this gateway has pinned. */
  rules: CustomerRulesView;
  /** The largest body of a call, in bytes. */
  maxBodyBytes: number;
};

/** A token that was valid when it was verified, and the id of the key that signed it. */
export type VerifiedToken = { claims: GrantTokenClaims; kid: string };

/** `noToken`: the request carries no bearer token at all. */
export type TokenDecision =
  | ({ ok: true } & VerifiedToken)
  | ({ ok: false; noToken?: boolean } & TokenRefusal);

/** Authorizes calls by the state of the feed and the customers' own rules. Only `persistDigest` and `takeBackChange` have an effect. */
export class CallAuthorizer {
  private readonly view: CallView;
  private readonly verifier = new GrantTokenVerifier(CACHED_TOKENS);
  private readonly countersigns = new CountersignatureVerifier(nodeCountersignPorts);
  private readonly now = () => this.parts.clock.now();
  private readonly key = (kid: string, now: number) => this.parts.state.activeKey(kid, now);
  /** Tokens whose digest's lifetime is on disk, so that each token is checked once. */
  private readonly lifetimePersisted = new WeakSet<GrantTokenClaims>();

  constructor(private readonly parts: CallAuthorizerParts) {
    const { state, liveness, calls, budgets, rules, maxBodyBytes } = parts;
    this.view = {
      isInTouch: (now) => liveness.isInTouch(now),
      hasActiveSigningKey: (kid, now) => state.activeKey(kid, now) !== undefined,
      grant: (digest) => state.grants.get(digest),
      isChangeSpent: (digest) => state.ledger.isSpent(digest),
      currentMap: (service) => state.routeMaps.ofService(service),
      mapByHash: (hash) => state.routeMaps.withHash(hash),
      forbidRules: (tenant) => state.forbidden(tenant),
      requiresGateway: (tenant) => state.requiresGateway(tenant),
      findLock: (who) => state.locks.find(who) ?? rules.stopOn(who),
      trust: (tenant) => rules.trust(tenant),
      pinnedTenants: rules.pinnedTenants,
      checkCountersigned: (claims, trust) => this.countersigns.check(claims, trust),
      hasRoom: (digest, service, bodyIsArriving) => calls.hasRoom(digest, service, bodyIsArriving),
      hasBudgetLeft: (digest, grant) => budgets.hasLeft(digest, grant),
      maxBodyBytes,
    };
  }

  isInTouch(): boolean {
    return this.parts.liveness.isInTouch();
  }

  /** The service that the path names, if the feed knows it. */
  service(name: string): PublishedRouteMap | undefined {
    return this.parts.state.routeMaps.ofService(name);
  }

  /** How the feed says to connect to the service's upstream. */
  upstreamSettings(service: string): UpstreamSettings {
    return this.parts.state.routeMaps.upstreamSettings(service);
  }

  /**
   * Requires that the request has one reading by `map`, the current map of its service: no path value that a route may not
   * match, no repeated parameter and no body with GET unless the route says so. It checks only form: neither liveness nor
   * token. Throws AmbiguousRequest.
   */
  requireOneReading(request: CanonicalRequest, map: PublishedRouteMap | undefined): void {
    const { method, path, queryNames, framing } = request;
    const match = map === undefined || path === '' ? undefined : plainMatch(map, method, path);
    if (match === undefined) {
      requireUsualBody(request);
      return;
    }
    const ambiguity = findAmbiguity(match.route, { method, queryNames, hasBody: framing.kind !== 'none' });
    if (ambiguity !== undefined) throw new AmbiguousRequest(ambiguity);
  }

  /**
   * Whether calls of this method and path are persisted operations, by the map that the terms name or by the current one: then the
   * call has to name its operation.
   */
  takesOperation({ service, method, path }: CanonicalRequest, { terms }: GrantTokenClaims): boolean {
    const { mapByHash, currentMap } = this.view;
    return [mapByHash(terms.routes), currentMap(service)].some(
      (map) => map?.definition.name === service && path !== '' && takesOperation(map.compiled, method, path),
    );
  }

  /** The one bearer token of the request, verified for this service. */
  verifyToken(request: CanonicalRequest, service: PublishedRouteMap): TokenDecision {
    const authorization = request.headers.one('authorization') ?? '';
    const token = bearerToken(authorization);
    if (token === undefined) {
      const noToken = !/^Bearer(?: |$)/i.test(authorization);
      return { ok: false, reason: 'malformed', detail: 'no bearer token', noToken };
    }
    // From a URL the token would reach logs, referrers and the record's path; no call needs it there.
    const { path, query } = request;
    if (path.length + query.length >= token.length && (path + query).includes(token)) {
      return { ok: false, reason: 'malformed', detail: 'a token does not belong in a URL' };
    }
    return this.verifyText(token, service);
  }

  /** A token that the request does not carry itself, verified for this service. */
  verifyText(token: string, service: PublishedRouteMap): TokenDecision {
    const { issuer } = this.parts.state;
    if (issuer === undefined) return { ok: false, reason: 'bad_issuer', detail: 'no issuer is known' };
    return this.verifier.verify(token, {
      issuer,
      audience: service.definition.audience,
      key: this.key,
      now: this.now,
      hashing: nodeHashing,
    });
  }

  /**
   * A grant that is not listed, and is not known to have ended, may still arrive with the feed. Resolves when it has, or
   * after at most a second. Returns undefined if there is nothing to wait for.
   */
  waitForGrant(claims: GrantTokenClaims): Promise<void> | undefined {
    return this.mayStillArrive(claims.digest) ? this.untilListed(claims.digest) : undefined;
  }

  private async untilListed(digest: string): Promise<void> {
    const { state, clock } = this.parts;
    const deadline = clock.monotonic() + GRANT_WAIT_MS;
    for (
      let left = GRANT_WAIT_MS;
      left > 0 && this.mayStillArrive(digest);
      left = deadline - clock.monotonic()
    ) {
      await state.nextChange(left);
    }
  }

  private mayStillArrive(digest: string): boolean {
    const { grants } = this.parts.state;
    return grants.get(digest) === undefined && !grants.hasEnded(digest);
  }

  /**
   * If a call lacks only budget, the broker may lease more: the caller waits and authorizes the call again. Resolves with
   * the final refusal, or with undefined to authorize again. Returns undefined if there is nothing to wait for.
   */
  waitForBudget(claims: GrantTokenClaims, decision: CallDecision): Promise<Refused | undefined> | undefined {
    if (decision.allowed || decision.code !== 'budget_exhausted') return undefined;
    if (claims.terms.change !== undefined && this.parts.state.ledger.isSpent(claims.digest)) return undefined;
    const grant = this.parts.state.grants.get(claims.digest);
    if (grant === undefined) return undefined;
    return this.moreBudget(claims.digest, grant, decision);
  }

  private async moreBudget(
    digest: string,
    grant: ActiveGrant,
    decision: Refused,
  ): Promise<Refused | undefined> {
    const more = await this.parts.budgets.requestMore(digest, grant, { calls: 1, bytes: 1 });
    if (more === 'more') return undefined;
    if (more === 'none') return decision;
    return { ...decision, code: 'not_in_touch', detail: 'the broker could not be asked for the budget' };
  }

  /**
   * Stores what this gateway must remember of an allowed call's digest before the call is forwarded: how long its terms can
   * be opened, if that is news, and that its one change is spent. Returns undefined if there is nothing to wait for.
   * Rejects with the file system's error. Must be called in the same turn as the decision.
   */
  persistDigest(claims: GrantTokenClaims, { id }: ActiveGrant): Promise<void> | undefined {
    if (this.lifetimePersisted.has(claims)) return undefined;
    const { ledger } = this.parts.state;
    const grant = { id, digest: claims.digest, startsAt: claims.grant_nbf * 1_000 };
    const until = digestLifetimeEnd(claims);
    if (claims.terms.change !== undefined) {
      ledger.spend(grant, until);
      return ledger.flush();
    }
    const isNews = ledger.extend(grant, until);
    const persist = () => void this.lifetimePersisted.add(claims);
    return isNews ? ledger.flush().then(persist) : persist();
  }

  /**
   * An allowed call was not forwarded after all, and no later step will forward it. Its change may be made by another call.
   * If the disk fails here too, the change stays spent after the next start.
   */
  takeBackChange({ terms, digest }: GrantTokenClaims): void {
    if (terms.change === undefined) return;
    const { ledger } = this.parts.state;
    ledger.unspend(digest);
    ledger.flush().catch(() => undefined);
  }

  /**
   * For a page that shows it: until when the grant of a verified token lets calls pass (milliseconds since the epoch), or the code with
   * which every call under it is refused now. It decides nothing: each call is still authorized on its own.
   */
  accessOf(
    claims: GrantTokenClaims,
    service: string,
  ): { endsAt: number } | { code: RefusalCode; reason?: string | undefined } {
    const { digest, tenant, terms, grant_id: grant, grant_exp } = claims;
    const { grants } = this.parts.state;
    if (!this.isInTouch()) return { code: 'not_in_touch' };
    const active = grants.get(digest);
    const endsAt = Math.min(active?.endsAt ?? 0, grant_exp * 1_000);
    if (active === undefined) return { code: 'grant_ended', reason: grants.endReason(digest) };
    if (this.now() >= endsAt) return { code: 'grant_ended', reason: 'expired' };
    const locked = this.view.findLock({ tenant, person: terms.requester, service, grant, digest });
    return locked === undefined ? { endsAt } : { code: 'locked' };
  }

  /** What the engineer could request to make a call that was refused with this code; undefined if no grant would lift it. */
  whatToRequest(claims: GrantTokenClaims, call: Call, code: string): WhatToRequest | undefined {
    if (!LIFTED_BY_A_GRANT.has(code)) return undefined;
    try {
      return whatToRequest(call, claims, this.view);
    } catch (error) {
      // The map has changed since the path was checked by it.
      if (error instanceof ContractError) return undefined;
      throw error;
    }
  }

  /**
   * Every check after the token's verification (`authorizeCall`). It is synchronous, so that no other call comes between this
   * decision and the caller's taking of place and budget.
   */
  authorize(token: VerifiedToken, call: Call): CallDecision {
    return authorizeCall(token, call, this.view, this.parts.clock.now());
  }

  /** Decides again about a call that was allowed, after something took time. Returns the refusal if it is not allowed any more. */
  authorizeAgain(token: VerifiedToken, call: Call, before: AllowedDecision): CallRefusal | undefined {
    return authorizeCallAgain(token, call, this.view, this.parts.clock.now(), before);
  }
}

function plainMatch(map: PublishedRouteMap, method: string, path: string): RouteMatch | undefined {
  try {
    return matchRoute(map.compiled, method, path);
  } catch (error) {
    if (error instanceof ContractError && error.code === 'ambiguous_request') {
      throw new AmbiguousRequest(error.message, { cause: error });
    }
    throw error;
  }
}

/** Refusals that another grant would lift. */
const LIFTED_BY_A_GRANT: ReadonlySet<string> = new Set([
  'grant_ended',
  'insufficient_scope',
  'budget_exhausted',
]);

type Refused = Extract<CallDecision, { allowed: false }>;

const SCHEME = 'bearer ';

/** The token of a `Bearer` value (RFC 6750 §2.1), not checked yet; undefined for any other form. */
function bearerToken(authorization: string): string | undefined {
  if (authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  const token = authorization.slice(SCHEME.length).trimStart();
  return token === '' || token.includes(' ') ? undefined : token;
}
