import {
  type Call,
  type CallRefusal,
  type CallView,
  decideCall,
  type GrantTokenClaims,
  type MatchedCall,
  nodeHashing,
  type PublishedRouteMap,
  type TokenRefusal,
  verifyGrantToken,
} from '@countersign/grant-token-verify';
import { matchRoute, ScopeError } from '@countersign/scope';
import type { Budgets } from '../calls/budgets.js';
import { OpenCall, type OpenCalls } from '../calls/open-calls.js';
import type { Clock } from '../clock.js';
import type { Touch } from '../feed/touch.js';
import { AmbiguousRequest } from '../request/ambiguous.js';
import type { CanonicalRequest } from '../request/canonical-request.js';
import type { GatewayState } from '../state/gateway-state.js';
import type { LiveGrant } from '../state/grants.js';

/** How long a verified token may wait for the feed to bring its grant: both were born in the same transaction. */
const GRANT_WAIT_MS = 1_000;

export type JudgeParts = {
  state: GatewayState;
  touch: Touch;
  calls: OpenCalls;
  budgets: Budgets;
  clock: Clock;
};

/** `unasked`: no bearer token came with the request at all. */
export type TokenJudgement =
  | { ok: true; claims: GrantTokenClaims; kid: string }
  | ({ ok: false; unasked?: boolean } & TokenRefusal);

export type CallJudgement =
  | { allowed: true; match: MatchedCall; grant: LiveGrant; map: PublishedRouteMap; open: OpenCall }
  | { allowed: false; match: MatchedCall | null; code: CallRefusal['code'] | 'not_in_touch'; detail: string };

/** Holds calls against what the feed says, and takes room and budget for those that it lets through. */
export class Judge {
  private readonly view: CallView;

  constructor(private readonly parts: JudgeParts) {
    const { state, calls, budgets } = parts;
    this.view = {
      grant: (digest) => state.grants.get(digest),
      currentMap: (service) => state.routeMaps.ofService(service),
      mapByHash: (hash) => state.routeMaps.withHash(hash),
      forbidden: (tenant) => state.forbidden(tenant),
      lockOn: (who) => state.locks.on(who),
      hasRoom: (digest, service) => calls.hasRoom(digest, service),
      hasBudget: (digest) => budgets.hasLeft(digest, state.grants.get(digest)),
    };
  }

  isInTouch(): boolean {
    return this.parts.touch.isInTouch();
  }

  /** The service that the path names, if the feed knows it. */
  service(name: string): PublishedRouteMap | undefined {
    return this.parts.state.routeMaps.ofService(name);
  }

  /**
   * Demands that the path, by the current map of its service, has no value that a route may not judge. A form check: it asks
   * neither touch nor token. Throws AmbiguousRequest; a service that is not known has nothing to be held against.
   */
  demandPlainPath({ service, method, path }: CanonicalRequest): void {
    const map = this.service(service);
    if (map === undefined || path === '') return;
    try {
      matchRoute(map.compiled, method, path);
    } catch (error) {
      if (error instanceof ScopeError && error.code === 'ambiguous_request') {
        throw new AmbiguousRequest(error.message, { cause: error });
      }
      throw error;
    }
  }

  /** The one bearer token of the request, verified for this service. */
  token(request: CanonicalRequest, service: PublishedRouteMap): TokenJudgement {
    const { state, clock } = this.parts;
    const authorization = request.headers.one('authorization') ?? '';
    const token = /^Bearer +([^ ]+)$/i.exec(authorization)?.[1];
    if (token === undefined) {
      const unasked = !/^Bearer(?: |$)/i.test(authorization);
      return { ok: false, reason: 'malformed', detail: 'no bearer token', unasked };
    }
    // It would go on in logs, referrers and the record's path; there is no call that needs it there.
    if ((request.path + request.query).includes(token)) {
      return { ok: false, reason: 'malformed', detail: 'a token does not belong in a URL' };
    }
    const { issuer } = state;
    if (issuer === undefined) return { ok: false, reason: 'bad_issuer', detail: 'no issuer is known' };
    let signedBy = '';
    const verdict = verifyGrantToken(token, {
      issuer,
      audience: service.definition.audience,
      key: (kid) => {
        signedBy = kid;
        return state.key(kid, clock.now());
      },
      now: () => clock.now(),
      hashing: nodeHashing,
    });
    return verdict.ok ? { ...verdict, kid: signedBy } : verdict;
  }

  /**
   * Everything after the token. A grant that is not on the list, and is not known to have ended, may be on its way: the
   * call waits for the feed, at most a second. One that lacks budget alone waits for what the broker leases, and is then
   * judged anew. `kid` names the key that signed the token.
   */
  async call(claims: GrantTokenClaims, call: Call, kid: string): Promise<CallJudgement> {
    const { state, clock } = this.parts;
    const { digest } = claims;
    const deadline = clock.monotonic() + GRANT_WAIT_MS;
    const unknown = () => state.grants.get(digest) === undefined && !state.grants.isDead(digest);
    for (let left = GRANT_WAIT_MS; left > 0 && unknown(); left = deadline - clock.monotonic()) {
      await state.nextChange(left);
    }
    for (;;) {
      const judgement = this.decide(claims, call, kid);
      const grant = state.grants.get(digest);
      if (judgement.allowed || judgement.code !== 'budget_exhausted' || grant === undefined) return judgement;
      const more = await this.parts.budgets.more(digest, grant, { calls: 1, bytes: 1 });
      if (more === 'none') return judgement;
      if (more === 'unreachable') {
        return { ...judgement, code: 'not_in_touch', detail: 'the broker could not be asked for the budget' };
      }
    }
  }

  /** Synchronous to the taking of room and budget, so that no other call comes between. */
  private decide(claims: GrantTokenClaims, call: Call, kid: string): CallJudgement {
    const { state, clock, calls, budgets } = this.parts;
    if (!this.isInTouch()) {
      return {
        allowed: false,
        match: null,
        code: 'not_in_touch',
        detail: 'the gateway lost touch meanwhile',
      };
    }
    const began = state.grants.get(claims.digest)?.startsAt;
    if (began !== undefined && began !== claims.grant_nbf * 1_000) {
      const detail = 'the window of these terms began at another time';
      return { allowed: false, match: null, code: 'grant_ended', detail };
    }
    const decision = decideCall(claims, call, this.view, clock.now());
    if (!decision.allowed) return decision;
    const grant = state.grants.get(claims.digest);
    const map = state.routeMaps.ofService(call.service);
    if (grant === undefined || map === undefined) {
      return { allowed: false, match: null, code: 'grant_ended', detail: 'the grant has ended' };
    }
    const { digest, tenant, terms } = claims;
    const until = Math.min(grant.endsAt, claims.grant_exp * 1_000);
    const open = new OpenCall(digest, call.service, until, tenant, terms.requester, kid);
    calls.add(open);
    budgets.takeCall(digest, grant);
    return { allowed: true, match: decision.match, grant, map, open };
  }
}
