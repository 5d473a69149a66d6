import { type GrantTokenClaims, isDownload, type Masking } from '@countersign/authorization';
import type { Logger } from 'pino';
import type { CallAuthorizer } from '../authorize/call-authorizer.js';
import type { Budgets } from '../budget/budgets.js';
import type { OpenCall, OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import type { FileLink, FileLinks } from '../files/file-links.js';
import { keepLinks, withholdLinkHeaders } from '../files/keep-links.js';
import { fieldsOfFile, headersForStorage, StoredFile } from '../files/stored-file.js';
import type { CallRefusals } from '../http/call-refusals.js';
import type { ReadBody } from '../http/change-body.js';
import { callOf, type Exchange, recordedCallOf } from '../http/exchange.js';
import { type FaultParts, refuseError } from '../http/refusals.js';
import type { RequestSender } from '../http1/upstream-pool.js';
import type { GatewayMetrics } from '../metrics.js';
import type { CallToRecord, Recorder } from '../records/recorder.js';
import type { RecordWaiter } from '../records/spool/spool.js';
import type { AllowedDecision } from './allowed-decision.js';
import type { ChangeAnswer } from './answer-body.js';
import { Download, requestedRange } from './download.js';
import { forwardCall } from './forward-call.js';
import { type SelectedHeaders, selectHeaders, upstreamHeaders } from './forwarded-headers.js';
import type { Forwarded, Forwarding } from './forwarding.js';
import type { LocationRewriter } from './location-rewriter.js';
import { headersForMasking, maskAnswer } from './masking/mask-answer.js';
import { addOverlay, opensPage, requestUncompressed } from './overlay-injection.js';
import type { ServiceContext } from './signed-context.js';
import { TLS_DETAILS, type Upstream } from './upstreams.js';

export type CallInProgressParts = FaultParts & {
  authorizer: CallAuthorizer;
  refusals: CallRefusals;
  calls: OpenCalls;
  budgets: Budgets;
  recorder: Recorder;
  locations: LocationRewriter;
  metrics: GatewayMetrics;
  clock: Clock;
  log: Logger;
  maxBodyBytes: number;
  /** The largest file that is fetched from a storage, in bytes. */
  maxFileBytes: number;
  fileLinks: FileLinks;
};

/** Where an allowed call is sent: the upstream or storage, its connections, and how the call is signed for it. */
export type Destination = Pick<Upstream, 'url'> & {
  sender: RequestSender;
  context: ServiceContext;
  hasOverlay: boolean;
};

/** An allowed call that has its place and its budget. */
type RunningCall = {
  exchange: Exchange;
  claims: GrantTokenClaims;
  decision: AllowedDecision;
  /** The body, if it had to be read before the decision. */
  body: ReadBody | undefined;
  /** Set if the call fetches a file from a storage. */
  link: FileLink | undefined;
  call: OpenCall;
  /** `rec_…` */
  record: string;
  destination: Destination;
};

/**
 * One allowed call from its record to its outcome. The spool notifies it when the record is durable; the forwarding, when the
 * call has ended. Nothing here may throw to them: an error refuses the call. If the call's record is durable by then, it gets the
 * outcome `unknown`.
 */
export class CallInProgress implements RecordWaiter {
  private readonly selected: SelectedHeaders;
  /** The record is durable and has no outcome yet. */
  private lacksOutcome = false;

  constructor(
    private readonly parts: CallInProgressParts,
    private readonly allowed: RunningCall,
  ) {
    const { exchange, decision, link } = allowed;
    this.selected = selectedOf(exchange, decision, link);
  }

  /**
   * Writes the record; first stores the digest, if it must be durable before.
   *
   * @param persistDigest returns undefined if nothing is to be stored. What it throws is thrown again; if its promise rejects, the
   *   call is refused as `record_unavailable`
   */
  start(persistDigest: () => Promise<void> | undefined): void {
    try {
      const digestStored = persistDigest();
      if (digestStored === undefined) this.writeRecord();
      else
        void digestStored.then(
          () => this.attempt(() => this.writeRecord()),
          () => this.onUnavailable(),
        );
    } catch (error) {
      this.release();
      throw error;
    }
  }

  onDurable(): void {
    this.lacksOutcome = true;
    this.attempt(() => this.forward());
  }

  onUnavailable(): void {
    this.attempt(() => this.refuseUnrecorded());
  }

  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (this.lacksOutcome) this.recordOutcome(UNKNOWN_END);
      this.release();
      refuseError(this.parts, this.allowed.exchange.response, error);
    }
  }

  private release(): void {
    this.parts.calls.remove(this.allowed.call);
  }

  private writeRecord(): void {
    const { exchange, claims, decision, link, record, destination } = this.allowed;
    const { match, map, masking } = decision;
    const described = describedCall(exchange, claims, this.selected, link);
    this.parts.recorder.writeAllowed(
      {
        id: record,
        call: described,
        match,
        context: destination.context.mode,
        tenantFrom: map.definition.tenantFrom,
        isMasked: masking !== undefined,
      },
      this,
    );
  }

  private refuseUnrecorded(): void {
    const { budgets, authorizer, refusals } = this.parts;
    const { exchange, claims, decision } = this.allowed;
    const { match, grant } = decision;
    this.release();
    budgets.returnCall(claims.digest, grant);
    authorizer.takeBackChange(claims);
    const detail = 'the record could not be written';
    refusals.verified(exchange, claims, { code: 'record_unavailable', detail, match });
  }

  private forward(): void {
    const { metrics, clock } = this.parts;
    const { call, link } = this.allowed;
    metrics.recorded(clock.monotonic() - call.beganAt);
    const cut = this.cutMeanwhile();
    if (cut !== undefined) this.ended(cut);
    else
      forwardCall(link === undefined ? this.upstreamCall() : this.storageCall(link), (result) =>
        this.attempt(() => this.ended(result)),
      );
  }

  private ended(result: Forwarded): void {
    this.recordOutcome(result);
    this.release();
    this.answerFailure(result);
  }

  /** Answers a call that failed before its response began, or that was cut. */
  private answerFailure(result: Forwarded): void {
    const { refusals } = this.parts;
    const { exchange, record } = this.allowed;
    if (result.failure !== undefined)
      refusals.answer(exchange, result.failure, { record, ...membersOf(result) });
    else if (result.cutBy !== undefined) refusals.cut(exchange, result.cutBy, record);
  }

  /**
   * Writing the record took time. What may have ended since the decision is checked again. Revoked keys, ended grants and new locks
   * need no check here: `calls` has the call already, so `calls.cutWhere` and `calls.cutGrant` cut it.
   */
  private cutMeanwhile(): Forwarded | undefined {
    const { clock, authorizer } = this.parts;
    const { exchange, call } = this.allowed;
    const { response } = exchange;
    if (!authorizer.isInTouch()) call.cut('not_in_touch');
    if (clock.now() >= call.endsAt) call.cut('grant_ended');
    if (response.isGone) call.cut('client_gone');
    return call.cutBy === undefined ? undefined : { ...NOTHING_SENT, cutBy: call.cutBy };
  }

  /** Fetches a file from its storage. The storage gets only the link and a range: nothing about the engineer, the tenant or the gateway. */
  private storageCall(link: FileLink): Forwarding {
    const { budgets, clock, locations, maxFileBytes } = this.parts;
    const { call, record, destination } = this.allowed;
    const { canonical, body, response } = this.allowed.exchange;
    const { digest } = this.allowed.claims;
    const { grant } = this.allowed.decision;
    return {
      upstream: destination.sender,
      connectionOwner: digest,
      origin: {
        ...{ service: canonical.service, upstream: destination.url, locations },
        ...{ answersCors: false, ownHost: false, isShared: false },
      },
      method: 'GET',
      target: link.target,
      headers: this.selected.passed,
      framing: { kind: 'none' },
      readBody: undefined,
      body,
      maxBodyBytes: 0,
      response,
      record,
      download: new StoredFile(requestedRange(canonical), maxFileBytes),
      confirmedTenant: undefined,
      changeAnswer: undefined,
      answerFields: fieldsOfFile,
      call,
      onBodyArrived: () => undefined,
      now: () => clock.monotonic(),
      takeBytes: (bytes) => budgets.takeBytes(digest, grant, bytes),
      moreBytes: (bytes) => budgets.requestMore(digest, grant, { calls: 0, bytes }),
    };
  }

  private upstreamCall(): Forwarding {
    const { calls, budgets, clock, locations, maxBodyBytes } = this.parts;
    const { exchange, claims, decision, body, call, record, destination } = this.allowed;
    const { canonical, response } = exchange;
    const { match, grant, map } = decision;
    if (canonical.expectsContinue && body === undefined) response.writeContinue();
    const { definition } = map;
    const { service, method, framing } = canonical;
    const { sub, grant_id, digest } = claims;
    const { tenant } = match;
    const target = canonical.path + canonical.query;
    const contextClaims = { tenant, sub, grant_id, record, method, path: target, body_sha256: body?.sha256 };
    const context = destination.context.sign?.(definition.audience, contextClaims, clock.now());
    const tenantHeader = tenantHeaderOf(decision);
    const trust = { tenant, requester: sub, grant: grant_id, record, context, tenantHeader };
    const { origin } = canonical;
    const download = downloadOf(decision, canonical);
    // A download gets no overlay: the record has the hash of the file as the service sent it.
    const hasOverlay = destination.hasOverlay && download === undefined && opensPage(canonical);
    const overlayAt = hasOverlay ? origin : undefined;
    const passed = overlayAt === undefined ? this.selected.passed : requestUncompressed(this.selected.passed);
    return {
      upstream: destination.sender,
      connectionOwner: connectionOwnerOf(claims, decision, method),
      origin: {
        ...{ service, upstream: destination.url, locations },
        answersCors: definition.cors !== undefined,
        ownHost: canonical.origin !== undefined,
        isShared: match.shared === true,
      },
      method,
      target,
      headers: upstreamHeaders(passed, trust),
      framing,
      readBody: body?.bytes,
      body: exchange.body,
      maxBodyBytes,
      response,
      record,
      download,
      confirmedTenant: definition.tenantFrom === 'service' && !match.shared ? tenant : undefined,
      changeAnswer: this.changeOf(overlayAt),
      call,
      onBodyArrived: () => calls.bodyArrived(call),
      now: () => clock.monotonic(),
      takeBytes: (bytes) => budgets.takeBytes(digest, grant, bytes),
      moreBytes: (bytes) => budgets.requestMore(digest, grant, { calls: 0, bytes }),
    };
  }

  /** How the answer is changed. An answer that is masked, or whose links are kept, gets no overlay. */
  private changeOf(overlayAt: string | undefined): ChangeAnswer | undefined {
    const { exchange, claims, decision, record } = this.allowed;
    const { digest, tenant } = claims;
    const { masking, links, routes, map } = decision;
    const { definition } = map;
    if (links !== undefined) {
      const { service, origin } = exchange.canonical;
      const base = origin ?? `/${service}`;
      const owner = { from: record, digest, tenant, service, call: callOf(exchange, undefined), base };
      return keepLinks(links, owner, definition.fileHosts ?? [], this.parts.fileLinks);
    }
    const isPlain = overlayAt === undefined || isDownload(routes);
    const change = maskThenOverlay(masking, isPlain ? undefined : addOverlay(overlayAt));
    return definition.fileHosts === undefined ? change : withholdLinkHeaders(definition.fileHosts, change);
  }

  private recordOutcome(end: RecordedEnd): void {
    this.lacksOutcome = false;
    const { clock, recorder, metrics, log } = this.parts;
    const { exchange, claims, decision, call, record } = this.allowed;
    const { service } = exchange.canonical;
    const { match } = decision;
    const durationMs = Math.max(0, Math.round(clock.monotonic() - call.beganAt));
    const { status, bytes, outcome, withheld } = end;
    recorder.recordOutcome(record, claims, { ...end, withheld: withheld?.reason, durationMs });
    metrics.forwarded(service, outcome);
    if (log.isLevelEnabled('debug'))
      log.debug({ record, service, route: match.route, status, bytes, durationMs, outcome }, 'call');
  }
}

/** How a call ended, as the outcome of its record says it. */
type RecordedEnd = Omit<Forwarded, 'outcome'> & { outcome: Forwarded['outcome'] | 'unknown' };

const NO_ANSWER = { status: null, bytes: 0, bodySha256: null };
const NOTHING_SENT = { ...NO_ANSWER, outcome: 'cut' } as const;
/** The end of a call that an error of ours interrupted: the upstream may or may not have received it. */
const UNKNOWN_END = { ...NO_ANSWER, outcome: 'unknown' } as const;

/** Checks and hashes the answer of a route with `download`; undefined on other routes. */
function downloadOf(
  { routes, masking, links }: AllowedDecision,
  canonical: Exchange['canonical'],
): Download | undefined {
  // If the two route maps disagree, masking and links win: the gateway then changes the answer, so it is no download.
  if (masking !== undefined || links !== undefined || !isDownload(routes)) return undefined;
  return new Download(requestedRange(canonical));
}

/**
 * Whose calls may use a connection after this call: those of the same grant. What the gateway hides in an answer depends on the
 * route, so calls of such a route share a connection with each other only: surplus bytes of a service must not appear in the answer of another route.
 */
function connectionOwnerOf(
  { digest }: GrantTokenClaims,
  { match, masking, links }: AllowedDecision,
  method: string,
): string {
  return masking === undefined && links === undefined ? digest : `${digest} ${method} ${match.route}`;
}

const NO_HEADERS: ReadonlySet<string> = new Set();

/** The call as its record describes it. The record of a fetched file names the storage and the call whose answer had the link. */
function describedCall(
  exchange: Exchange,
  claims: GrantTokenClaims,
  { dropped }: SelectedHeaders,
  link: FileLink | undefined,
): CallToRecord {
  const call = recordedCallOf(exchange, claims, dropped);
  if (link === undefined) return call;
  return { ...call, file: { from: link.from, host: new URL(link.origin).host } };
}

/** What the client learns of a failed handshake or a withheld answer: the reason, and what the people who run the service can do. */
function membersOf({ tlsFailure, withheld }: Forwarded): { reason?: string; detail?: string } {
  if (withheld !== undefined) return { reason: withheld.reason, detail: withheld.message };
  return tlsFailure === undefined ? {} : { reason: tlsFailure, detail: TLS_DETAILS[tlsFailure] };
}

/** Masks an answer, and adds the overlay only to one that masking lets through unchanged. */
function maskThenOverlay(
  masking: Masking | undefined,
  overlay: ChangeAnswer | undefined,
): ChangeAnswer | undefined {
  if (masking === undefined) return overlay;
  const mask = maskAnswer(masking);
  return (head) => mask(head) ?? overlay?.(head);
}

function selectedOf(
  { canonical: { headers, method } }: Exchange,
  decision: AllowedDecision,
  link: FileLink | undefined,
): SelectedHeaders {
  if (link !== undefined) return headersForStorage(selectHeaders(headers, NO_HEADERS, undefined));
  const selected = selectHeaders(headers, decision.headers, tenantHeaderOf(decision));
  const isRead = decision.masking !== undefined || decision.links !== undefined;
  return isRead ? headersForMasking(selected, method, decision.masking?.passes ?? []) : selected;
}

/** The header from which the service reads its tenant; undefined if it reads it elsewhere. */
function tenantHeaderOf({ map: { definition } }: AllowedDecision): string | undefined {
  return definition.tenantFrom === 'header' ? definition.tenantHeader : undefined;
}
