import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, GrantTokenClaims } from '@countersign/authorization';
import type { Logger } from 'pino';
import type { CallAuthorizer, CallDecision, VerifiedToken } from '../authorize/call-authorizer.js';
import type { Budgets } from '../budget/budgets.js';
import { type CutReason, OpenCall, type OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import { type Forwarded, forwardCall } from '../forward/forward-call.js';
import { upstreamHeaders } from '../forward/forwarded-headers.js';
import type { LocationRewriter } from '../forward/location-rewriter.js';
import type { ContextSigner } from '../forward/signed-context.js';
import type { Upstreams } from '../forward/upstreams.js';
import type { GatewayMetrics } from '../metrics.js';
import type { RecordedCall, Recorder } from '../records/recorder.js';
import type { CanonicalRequest } from './canonical-request.js';
import type { ChunkScanner } from './chunk-scanner.js';
import { readBody } from './read-body.js';
import { answerProblem, type ChallengeOptions, type ProblemMembers, type RefusalCode } from './refusals.js';

type CallParts = {
  signContext: ContextSigner;
  authorizer: CallAuthorizer;
  calls: OpenCalls;
  budgets: Budgets;
  recorder: Recorder;
  upstreams: Upstreams;
  locations: LocationRewriter;
  metrics: GatewayMetrics;
  clock: Clock;
  log: Logger;
  maxBodyBytes: number;
};

/** One request on its way through the gateway. */
type Exchange = {
  canonical: CanonicalRequest;
  request: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
  /** Where the body is chunked. */
  chunks: ChunkScanner | undefined;
};

/** What a caller reads of a call that was cut before anything of the answer was sent. */
const CODE_OF_CUT: Record<Exclude<CutReason, 'client_gone'>, RefusalCode> = {
  grant_ended: 'grant_ended',
  locked: 'locked',
  invalid_token: 'invalid_token',
  not_countersigned: 'not_countersigned',
  not_in_touch: 'not_in_touch',
  budget_exhausted: 'budget_exhausted',
  shutdown: 'not_in_touch',
  call_timeout: 'upstream_timeout',
  client_idle: 'request_timeout',
};

/** A token that was good loses its call by one thing alone: its key has gone. */
const MORE_OF_CUT: Partial<Record<CutReason, ProblemMembers>> = {
  invalid_token: { reason: 'unknown_key', detail: 'the key has gone meanwhile' },
};

type Allowed = Extract<CallDecision, { allowed: true }>;
/** `reason`: what is wrong with the token now, where it was good before, or with its countersignatures. */
type Refused = { code: RefusalCode; detail: string; match: Allowed['match'] | null; reason?: string };

/** A body that was read before the decision; `refused` where that was not to be. */
type ReadBody = { body?: Buffer | undefined; refused?: Refused };
const NO_BODY: ReadBody = {};
const NO_ROOM: Refused = { code: 'rate_limited', detail: 'too many calls at once', match: null };

/** What became of a call that was cut before it was judged. Nobody is there to be told of a client that has gone. */
function refusedBy(cutBy: CutReason | undefined): Pick<ReadBody, 'refused'> {
  if (cutBy === undefined || cutBy === 'client_gone') return {};
  const detail = 'the call was cut while its body arrived';
  return { refused: { code: CODE_OF_CUT[cutBy], match: null, detail, ...MORE_OF_CUT[cutBy] } };
}

/**
 * A call of a data service, from the canonical request to its outcome, in the order of CONTRACT §5: a plain path, in touch, service,
 * token, then grant, route, tenant, scope and limits (`decideCall`), the durable record, and only then the upstream.
 */
export class CallHandler {
  constructor(private readonly parts: CallParts) {}

  async handle(exchange: Exchange): Promise<void> {
    const { authorizer } = this.parts;
    const { canonical } = exchange;
    authorizer.requirePlainTarget(canonical);
    if (!authorizer.isInTouch()) return this.refuseUnverified(exchange, null, 'not_in_touch', {});
    const service = authorizer.service(canonical.service);
    if (service === undefined) {
      return this.refuseUnverified(exchange, null, 'route_not_listed', {
        detail: 'the service is not known',
      });
    }
    const token = authorizer.verifyToken(canonical, service);
    if (!token.ok) {
      const { reason, detail, noToken } = token;
      return this.refuseUnverified(exchange, canonical.service, 'invalid_token', { reason, detail, noToken });
    }
    const { claims } = token;
    // Only terms that bind one change need the body before the decision; every other body streams.
    const { body, refused } =
      claims.terms.change === undefined ? NO_BODY : await this.changeOf(exchange, token);
    if (refused !== undefined) return this.refuseJudged(exchange, claims, refused);
    const arrival = authorizer.waitForGrant(claims);
    if (arrival !== undefined) await arrival;
    const call = callOf(canonical, body);
    let judgement = authorizer.authorize(token, call);
    for (
      let shortage = authorizer.waitForBudget(claims, judgement);
      shortage !== undefined;
      shortage = authorizer.waitForBudget(claims, judgement)
    ) {
      const refusal = await shortage;
      judgement = refusal ?? authorizer.authorize(token, call);
      if (refusal !== undefined) break;
    }
    if (!judgement.allowed) return this.refuseJudged(exchange, claims, judgement);
    const { framing } = canonical;
    if (framing.kind === 'length' && framing.bytes > this.parts.maxBodyBytes) {
      const detail = 'the body is larger than is accepted';
      return this.refuseVerified(exchange, claims, {
        code: 'body_too_large',
        detail,
        match: judgement.match,
      });
    }
    await this.letThrough(exchange, token, judgement, body);
  }

  private refuseUnverified(
    exchange: Exchange,
    service: string | null,
    code: RefusalCode,
    members: ProblemMembers & ChallengeOptions,
  ): void {
    this.parts.recorder.count(service, code);
    this.parts.metrics.refused(service, code);
    this.answer(exchange, code, members);
  }

  /** A token that went bad while its call waited is as one that came bad: counted, and no record of its tenant's. */
  private refuseJudged(exchange: Exchange, claims: GrantTokenClaims, judged: Refused): void {
    const { code, reason, detail } = judged;
    if (code !== 'invalid_token') this.refuseVerified(exchange, claims, judged);
    else
      this.refuseUnverified(exchange, exchange.canonical.service, code, {
        detail,
        ...(reason && { reason }),
      });
  }

  private refuseVerified(
    exchange: Exchange,
    claims: GrantTokenClaims,
    { code, detail, match, reason }: Refused,
  ): void {
    const { service } = exchange.canonical;
    const record = this.parts.recorder.refused(recordedCall(exchange, claims), match, code);
    this.parts.metrics.refused(service, code);
    this.answer(exchange, code, { detail, record, ...(reason && { reason }) });
  }

  private answer(
    exchange: Exchange,
    code: RefusalCode,
    members: ProblemMembers & ChallengeOptions & { record?: string | undefined },
  ): void {
    const { canonical, request, response } = exchange;
    answerProblem(response, code, {
      ...members,
      close: code === 'ambiguous_request' || (canonical.framing.kind !== 'none' && !request.complete),
    });
  }

  /** Takes room and budget, makes the record durable, and then, and only then, forwards (P5). */
  private async letThrough(
    exchange: Exchange,
    token: VerifiedToken,
    judged: Allowed,
    body: Buffer | undefined,
  ) {
    const { claims } = token;
    const { calls, budgets, recorder, metrics, clock, log, authorizer } = this.parts;
    const { match, grant } = judged;
    const { service } = exchange.canonical;
    const until = Math.min(grant.endsAt, claims.grant_exp * 1000);
    const call = this.openCall(exchange, token, until);
    const record = recorder.newId();
    calls.add(call);
    budgets.takeCall(claims.digest, grant);
    try {
      const life = authorizer.persistDigestLife(claims, grant);
      // On the way of every call: no closures and no promises of promises here and in `forward`.
      const described = recordedCall(exchange, claims);
      const written =
        life === undefined
          ? recorder.allowed(record, described, match)
          : this.recordAfter(life, record, described, match);
      let durable = true;
      try {
        await written;
      } catch {
        durable = false;
      }
      if (!durable) {
        budgets.returnCall(claims.digest, grant);
        const detail = 'the record could not be written';
        return this.refuseVerified(exchange, claims, { code: 'record_unavailable', detail, match });
      }
      metrics.recorded(clock.monotonic() - call.beganAt);
      const result = await this.forward(exchange, claims, judged, body, call, record);
      const { status, bytes, bodySha256, outcome } = result;
      const durationMs = Math.max(0, Math.round(clock.monotonic() - call.beganAt));
      recorder.outcome(record, claims.tenant, { status, bytes, bodySha256, outcome, durationMs });
      metrics.forwarded(service, outcome);
      if (log.isLevelEnabled('debug'))
        log.debug({ record, service, route: match.route, status, bytes, durationMs, outcome }, 'call');
      this.answerFailed(exchange, result, record);
    } finally {
      calls.remove(call);
    }
  }

  private async recordAfter(life: Promise<void>, id: string, call: RecordedCall, match: Allowed['match']) {
    await life;
    await this.parts.recorder.allowed(id, call, match);
  }

  private forward(
    exchange: Exchange,
    claims: GrantTokenClaims,
    { match, grant, map }: Allowed,
    body: Buffer | undefined,
    call: OpenCall,
    record: string,
  ): Promise<Forwarded> | Forwarded {
    const { signContext, budgets, upstreams, clock, authorizer } = this.parts;
    const { canonical, request, response, expectsContinue, chunks } = exchange;
    // The record has taken its time: what held at the decision has to hold still.
    if (!authorizer.isInTouch()) call.cut('not_in_touch');
    if (clock.now() >= call.endsAt) call.cut('grant_ended');
    if (response.destroyed) call.cut('client_gone');
    if (call.cutBy !== undefined) {
      return { status: null, bytes: 0, bodySha256: null, outcome: 'cut', cutBy: call.cutBy };
    }
    if (expectsContinue && body === undefined) response.writeContinue();
    const { definition } = map;
    const upstream = upstreams.at(definition.upstream);
    const target = canonical.path + canonical.query;
    const context = signContext(
      definition.audience,
      {
        tenant: match.tenant,
        sub: claims.sub,
        grant_id: claims.grant_id,
        record,
        method: canonical.method,
        path: target,
      },
      clock.now(),
    );
    const headers = upstreamHeaders(canonical.headers, {
      tenant: match.tenant,
      requester: claims.sub,
      grant: claims.grant_id,
      record,
      context,
      tenantHeader: definition.tenantFrom === 'header' ? definition.tenantHeader : undefined,
    });
    return forwardCall({
      upstream: upstream.pool,
      origin: { service: canonical.service, upstream: upstream.url, locations: this.parts.locations },
      method: canonical.method,
      target,
      headers,
      framing: canonical.framing,
      body,
      chunks,
      maxBodyBytes: this.parts.maxBodyBytes,
      request,
      response,
      record,
      call,
      now: () => clock.monotonic(),
      takeBytes: (bytes) => budgets.takeBytes(claims.digest, grant, bytes),
      moreBytes: (bytes) => budgets.requestMore(claims.digest, grant, { calls: 0, bytes }),
    });
  }

  /** Answers an allowed call of which the client has seen nothing yet. */
  private answerFailed(exchange: Exchange, { failure, cutBy }: Forwarded, record: string): void {
    if (failure !== undefined) this.answer(exchange, failure, { record });
    else if (cutBy === 'client_gone') exchange.response.destroy();
    else if (cutBy !== undefined)
      this.answer(exchange, CODE_OF_CUT[cutBy], { record, ...MORE_OF_CUT[cutBy] });
  }

  /** The body before the decision. While it arrives the call has its place, and is cut as any other. */
  private async changeOf(exchange: Exchange, token: VerifiedToken): Promise<ReadBody> {
    const { request, response, expectsContinue, chunks, canonical } = exchange;
    const { calls, clock, maxBodyBytes: maxBytes } = this.parts;
    const { digest, grant_exp } = token.claims;
    if (!calls.hasRoom(digest, canonical.service)) return { refused: NO_ROOM };
    const call = this.openCall(exchange, token, grant_exp * 1_000);
    const gone = () => call.cut('client_gone');
    calls.add(call);
    response.once('close', gone);
    try {
      if (expectsContinue) response.writeContinue();
      const body = await readBody(request, { chunks, maxBytes, call, now: () => clock.monotonic() });
      return { body, ...refusedBy(call.cutBy) };
    } finally {
      response.off('close', gone);
      calls.remove(call);
    }
  }

  private openCall({ canonical }: Exchange, { claims, kid }: VerifiedToken, until: number): OpenCall {
    const { digest, tenant, terms } = claims;
    const began = this.parts.clock.monotonic();
    return new OpenCall(digest, canonical.service, until, tenant, terms.requester, began, kid);
  }
}

function recordedCall({ canonical }: Exchange, claims: GrantTokenClaims): RecordedCall {
  const { service, method, path, query } = canonical;
  return { claims, service, method, path: path + query };
}

function callOf(canonical: CanonicalRequest, body: Buffer | undefined): Call {
  const { service, method, path, query, queryNames, host, headers } = canonical;
  return {
    service,
    method,
    path,
    query,
    queryNames,
    host,
    headerValues: (name) => headers.all(name),
    headerFields: headers.fields,
    bodySha256: body === undefined ? undefined : `sha256:${hash('sha256', body, 'hex')}`,
  };
}
