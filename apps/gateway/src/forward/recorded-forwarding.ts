import type { CallDecision, GrantTokenClaims } from '@countersign/authorization';
import type { Logger } from 'pino';
import type { CallAuthorizer, VerifiedToken } from '../authorize/call-authorizer.js';
import type { Budgets } from '../budget/budgets.js';
import type { OpenCall, OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import type { CallRefusals, RefusedCall } from '../http/call-refusals.js';
import type { ReadBody } from '../http/change-body.js';
import { type Exchange, isArriving, openCallOf, recordedCallOf } from '../http/exchange.js';
import type { UpstreamPool } from '../http1/upstream-pool.js';
import type { GatewayMetrics } from '../metrics.js';
import type { RecordedCall, Recorder } from '../records/recorder.js';
import { type Forwarded, forwardCall } from './forward-call.js';
import { type SelectedHeaders, selectHeaders, upstreamHeaders } from './forwarded-headers.js';
import type { LocationRewriter } from './location-rewriter.js';
import type { ContextSigner } from './signed-context.js';
import { TLS_DETAILS, type Upstream, type Upstreams } from './upstreams.js';

type RecordedForwardingParts = {
  signContext: ContextSigner;
  authorizer: CallAuthorizer;
  refusals: CallRefusals;
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

type UsableUpstream = Upstream & { pool: UpstreamPool };

export type AllowedCall = Extract<CallDecision, { allowed: true }>;

/**
 * Runs an allowed call: takes its place and its budget, makes its record durable, and only then forwards it (P5); then
 * records the outcome. A crash after the record leaves a call without an outcome, which the next run records as
 * `unknown`.
 *
 * Every call passes through here, so `run` and `forward` create no closures and no nested promises that they can avoid.
 */
export class RecordedForwarding {
  constructor(private readonly parts: RecordedForwardingParts) {}

  /** Must be called in the same turn as the decision: no other call may take the place or the budget in between. */
  async run(
    exchange: Exchange,
    token: VerifiedToken,
    decision: AllowedCall,
    body: ReadBody | undefined,
  ): Promise<void> {
    const { claims } = token;
    const { calls, budgets, recorder, metrics, clock, refusals, authorizer, upstreams } = this.parts;
    const { match, grant, map } = decision;
    const upstream = upstreams.at(map.definition, authorizer.upstreamSettings(exchange.canonical.service));
    const { pool } = upstream;
    if (pool === undefined) return refusals.decided(exchange, claims, tlsFilesUnusable(match));
    const endsAt = Math.min(grant.endsAt, claims.grant_exp * 1000);
    // A body that had to be read before the decision is here already.
    const bodyIsArriving = body === undefined && isArriving(exchange);
    const call = openCallOf(exchange, token, { endsAt, beganAt: clock.monotonic(), bodyIsArriving });
    const record = recorder.newId();
    calls.add(call);
    budgets.takeCall(claims.digest, grant);
    try {
      const digestStored = authorizer.persistDigest(claims, grant);
      const selected = selectHeaders(exchange.canonical.headers, decision.headers, tenantHeaderOf(decision));
      const described = recordedCallOf(exchange, claims, selected.dropped);
      const written =
        digestStored === undefined
          ? recorder.recordAllowed(record, described, match)
          : this.recordAfter(digestStored, record, described, match);
      let durable = true;
      try {
        await written;
      } catch {
        durable = false;
      }
      if (!durable) {
        budgets.returnCall(claims.digest, grant);
        authorizer.takeBackChange(claims);
        const detail = 'the record could not be written';
        return refusals.verified(exchange, claims, { code: 'record_unavailable', detail, match });
      }
      metrics.recorded(clock.monotonic() - call.beganAt);
      const to = { url: upstream.url, pool };
      const result = await this.forward(exchange, claims, decision, body, call, record, selected, to);
      this.recordOutcome(exchange, claims, decision, call, record, result);
      if (result.failure !== undefined)
        refusals.answer(exchange, result.failure, { record, ...tlsMembers(result) });
      else if (result.cutBy !== undefined) refusals.cut(exchange, result.cutBy, record);
    } finally {
      calls.remove(call);
    }
  }

  private async recordAfter(
    digestStored: Promise<void>,
    id: string,
    call: RecordedCall,
    match: AllowedCall['match'],
  ): Promise<void> {
    await digestStored;
    await this.parts.recorder.recordAllowed(id, call, match);
  }

  private forward(
    exchange: Exchange,
    claims: GrantTokenClaims,
    decision: AllowedCall,
    body: ReadBody | undefined,
    call: OpenCall,
    record: string,
    selected: SelectedHeaders,
    upstream: UsableUpstream,
  ): Promise<Forwarded> | Forwarded {
    const { signContext, calls, budgets, clock, authorizer, locations, maxBodyBytes } = this.parts;
    const { canonical, response } = exchange;
    const { match, grant, map } = decision;
    // Writing the record took time. What may have ended since the decision is checked again. Revoked keys, ended grants
    // and new locks need no check here: `calls` has the call already, so `calls.cutWhere` and `calls.cutGrant` cut it.
    if (!authorizer.isInTouch()) call.cut('not_in_touch');
    if (clock.now() >= call.endsAt) call.cut('grant_ended');
    if (response.isGone) call.cut('client_gone');
    if (call.cutBy !== undefined) {
      return { status: null, bytes: 0, bodySha256: null, outcome: 'cut', cutBy: call.cutBy };
    }
    if (canonical.expectsContinue && body === undefined) response.writeContinue();
    const { definition } = map;
    const { service, method, framing } = canonical;
    const { sub, grant_id, digest } = claims;
    const { tenant } = match;
    const target = canonical.path + canonical.query;
    const contextClaims = { tenant, sub, grant_id, record, method, path: target, body_sha256: body?.sha256 };
    const context = signContext(definition.audience, contextClaims, clock.now());
    const tenantHeader = tenantHeaderOf(decision);
    const trust = { tenant, requester: sub, grant: grant_id, record, context, tenantHeader };
    return forwardCall({
      upstream: upstream.pool,
      origin: { service, upstream: upstream.url, locations },
      method,
      target,
      headers: upstreamHeaders(selected.passed, trust),
      framing,
      readBody: body?.bytes,
      body: exchange.body,
      maxBodyBytes,
      response,
      record,
      call,
      onBodyArrived: () => calls.bodyArrived(call),
      now: () => clock.monotonic(),
      takeBytes: (bytes) => budgets.takeBytes(digest, grant, bytes),
      moreBytes: (bytes) => budgets.requestMore(digest, grant, { calls: 0, bytes }),
    });
  }

  private recordOutcome(
    { canonical: { service } }: Exchange,
    { tenant }: GrantTokenClaims,
    { match }: AllowedCall,
    call: OpenCall,
    record: string,
    { status, bytes, bodySha256, outcome }: Forwarded,
  ): void {
    const { clock, recorder, metrics, log } = this.parts;
    const durationMs = Math.max(0, Math.round(clock.monotonic() - call.beganAt));
    recorder.recordOutcome(record, tenant, { status, bytes, bodySha256, outcome, durationMs });
    metrics.forwarded(service, outcome);
    if (log.isLevelEnabled('debug'))
      log.debug({ record, service, route: match.route, status, bytes, durationMs, outcome }, 'call');
  }
}

/** What the client learns of a failed handshake: the reason, and what the people who run the service can do. */
const tlsMembers = ({ tlsFailure }: Forwarded) =>
  tlsFailure === undefined ? {} : { reason: tlsFailure, detail: TLS_DETAILS[tlsFailure] };

const tlsFilesUnusable = (match: AllowedCall['match']): RefusedCall => ({
  code: 'upstream_tls_failed',
  reason: 'files_unusable',
  detail: 'the TLS files of this service cannot be used; the gateway’s log and its private /readyz say why',
  match,
});

/** The header from which the service reads its tenant; undefined if it reads it elsewhere. */
function tenantHeaderOf({ map: { definition } }: AllowedCall): string | undefined {
  return definition.tenantFrom === 'header' ? definition.tenantHeader : undefined;
}
