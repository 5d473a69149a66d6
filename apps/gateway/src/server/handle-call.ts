import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, GrantTokenClaims } from '@countersign/grant-token-verify';
import type { Logger } from 'pino';
import type { Budgets } from '../calls/budgets.js';
import type { OpenCall, OpenCalls } from '../calls/open-calls.js';
import type { Clock } from '../clock.js';
import type { CallJudgement, Judge } from '../decide/judge.js';
import { type Forwarded, forwardCall } from '../forward/forward-call.js';
import { upstreamHeaders } from '../forward/request-headers.js';
import type { Upstreams } from '../forward/upstreams.js';
import type { Identity } from '../identity/identity.js';
import { signContext } from '../identity/signed-context.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { RecordedCall, Recorder } from '../records/recorder.js';
import type { CanonicalRequest } from '../request/canonical-request.js';
import { answerProblem, type Challenge, type ProblemMembers, type RefusalCode } from './problem.js';
import { readBody } from './read-body.js';

export type CallParts = {
  gateway: string;
  identity: Identity;
  judge: Judge;
  calls: OpenCalls;
  budgets: Budgets;
  recorder: Recorder;
  upstreams: Upstreams;
  metrics: GatewayMetrics;
  clock: Clock;
  log: Logger;
};

/** One request on its way through the gateway. */
type Exchange = {
  canonical: CanonicalRequest;
  request: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
};
type Allowed = Extract<CallJudgement, { allowed: true }>;

/**
 * A call of a data service, from the canonical request to its outcome, in the order of CONTRACT §5: a plain path, in touch, service,
 * token, then grant, route, tenant, scope and limits (`decideCall`), the durable record, and only then the upstream.
 */
export class CallHandler {
  constructor(private readonly parts: CallParts) {}

  async handle(exchange: Exchange): Promise<void> {
    const { judge } = this.parts;
    const { canonical } = exchange;
    judge.demandPlainPath(canonical);
    if (!judge.isInTouch()) return this.refuseUnverified(exchange, null, 'not_in_touch', {});
    const service = judge.service(canonical.service);
    if (service === undefined) {
      return this.refuseUnverified(exchange, null, 'route_not_listed', {
        detail: 'the service is not known',
      });
    }
    const token = judge.token(canonical, service);
    if (!token.ok) {
      const { reason, detail, unasked } = token;
      return this.refuseUnverified(exchange, canonical.service, 'invalid_token', { reason, detail, unasked });
    }
    const { claims, kid } = token;
    // Only terms that bind one change need the body before the decision; every other body streams.
    const body = claims.terms.change === undefined ? undefined : await this.bodyOf(exchange);
    const judgement = await judge.call(claims, callOf(canonical, body), kid);
    if (!judgement.allowed) return this.refuseVerified(exchange, claims, judgement);
    await this.letThrough(exchange, claims, judgement, body);
  }

  private refuseUnverified(
    exchange: Exchange,
    service: string | null,
    code: RefusalCode,
    members: ProblemMembers & Challenge,
  ): void {
    this.parts.recorder.count(service, code);
    this.parts.metrics.refused(service, code);
    this.answer(exchange, code, members);
  }

  private refuseVerified(
    exchange: Exchange,
    claims: GrantTokenClaims,
    { code, detail, match }: { code: RefusalCode; detail: string; match: Allowed['match'] | null },
  ): void {
    const { service } = exchange.canonical;
    const record = this.parts.recorder.refused(recordedCall(exchange, claims), match, code);
    this.parts.metrics.refused(service, code);
    this.answer(exchange, code, { detail, record });
  }

  private answer(
    exchange: Exchange,
    code: RefusalCode,
    members: ProblemMembers & Challenge & { record?: string | undefined },
  ): void {
    const { canonical, request, response } = exchange;
    answerProblem(response, code, {
      ...members,
      close: canonical.framing.kind !== 'none' && !request.complete,
    });
  }

  /** Makes the record durable, and then, and only then, forwards (P5). Room and budget were taken with the decision. */
  private async letThrough(
    exchange: Exchange,
    claims: GrantTokenClaims,
    judged: Allowed,
    body: Buffer | undefined,
  ) {
    const { calls, budgets, recorder, metrics, clock, log } = this.parts;
    const { match, grant, open: call } = judged;
    const { service } = exchange.canonical;
    const began = clock.monotonic();
    const record = recorder.newId();
    try {
      const durable = await recorder.allowed(record, recordedCall(exchange, claims), match).then(
        () => true,
        () => false,
      );
      if (!durable) {
        budgets.returnCall(claims.digest, grant);
        const detail = 'the record could not be written';
        return this.refuseVerified(exchange, claims, { code: 'record_unavailable', detail, match });
      }
      metrics.recorded(clock.monotonic() - began);
      const result = await this.forward(exchange, claims, judged, body, call, record);
      const { status, bytes, bodySha256, outcome } = result;
      const durationMs = Math.max(0, Math.round(clock.monotonic() - began));
      recorder.outcome(record, claims.tenant, { status, bytes, bodySha256, outcome, durationMs });
      metrics.forwarded(service, outcome);
      log.debug({ record, service, route: match.route, status, bytes, durationMs, outcome }, 'call');
      this.answerFailed(exchange, result, record);
    } finally {
      calls.remove(call);
    }
  }

  private async forward(
    exchange: Exchange,
    claims: GrantTokenClaims,
    { match, grant, map }: Allowed,
    body: Buffer | undefined,
    call: OpenCall,
    record: string,
  ): Promise<Forwarded> {
    const { gateway, identity, budgets, upstreams, clock, judge } = this.parts;
    const { canonical, request, response, expectsContinue } = exchange;
    // The record has taken its time: what held at the decision has to hold still.
    if (!judge.isInTouch()) call.cut('not_in_touch');
    if (clock.now() >= call.endsAt) call.cut('grant_ended');
    if (response.destroyed) call.cut('client_gone');
    if (call.cutBy !== undefined) {
      return { status: null, bytes: 0, bodySha256: null, outcome: 'cut', cutBy: call.cutBy };
    }
    if (expectsContinue && body === undefined) response.writeContinue();
    const { definition } = map;
    const target = canonical.path + canonical.query;
    const context = signContext(
      identity,
      gateway,
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
      upstream: upstreams.pool(definition.upstream),
      origin: new URL(definition.upstream),
      service: canonical.service,
      method: canonical.method,
      target,
      headers,
      framing: canonical.framing,
      body,
      request,
      response,
      record,
      call,
      takeBytes: (bytes) => budgets.takeBytes(claims.digest, grant, bytes),
      moreBytes: (bytes) => budgets.more(claims.digest, grant, { calls: 0, bytes }),
    });
  }

  /** Answers an allowed call of which the client has seen nothing yet. */
  private answerFailed(exchange: Exchange, { failure, cutBy }: Forwarded, record: string): void {
    if (failure !== undefined) this.answer(exchange, failure, { record });
    else if (cutBy === 'client_gone') exchange.response.destroy();
    else if (cutBy !== undefined)
      this.answer(exchange, cutBy === 'shutdown' ? 'not_in_touch' : cutBy, { record });
  }

  private async bodyOf({ request, response, expectsContinue }: Exchange): Promise<Buffer | undefined> {
    if (expectsContinue) response.writeContinue();
    return readBody(request);
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
    bodySha256: body === undefined ? undefined : `sha256:${hash('sha256', body, 'hex')}`,
  };
}
