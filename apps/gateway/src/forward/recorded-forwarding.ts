import {
  type CallDecision,
  type GrantTokenClaims,
  isDownload,
  type Masking,
} from '@countersign/authorization';
import { type ContextMode, isDatabase, type TenantFrom } from '@countersign/contract';
import type { Logger } from 'pino';
import type { CallAuthorizer, VerifiedToken } from '../authorize/call-authorizer.js';
import type { Budgets } from '../budget/budgets.js';
import type { OpenCall, OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import { type FileLink, type FileLinks, LINK_ENDED } from '../files/file-links.js';
import { keepLinks, withholdLinkHeaders } from '../files/keep-links.js';
import type { ObjectStorages } from '../files/object-storages.js';
import { fieldsOfFile, headersForStorage, StoredFile } from '../files/stored-file.js';
import type { CallRefusals, RefusedCall } from '../http/call-refusals.js';
import type { ReadBody } from '../http/change-body.js';
import { callOf, type Exchange, isArriving, openCallOf, recordedCallOf } from '../http/exchange.js';
import type { RequestSender } from '../http1/upstream-pool.js';
import type { GatewayMetrics } from '../metrics.js';
import type { RecordedCall, Recorder } from '../records/recorder.js';
import { NOT_FOR_SQL } from '../sql/sql-database.js';
import type { ChangeAnswer } from './answer-body.js';
import { Download, requestedRange } from './download.js';
import { forwardCall } from './forward-call.js';
import { type SelectedHeaders, selectHeaders, upstreamHeaders } from './forwarded-headers.js';
import type { Forwarded } from './forwarding.js';
import type { LocationRewriter } from './location-rewriter.js';
import { headersForMasking, maskAnswer } from './masking/mask-answer.js';
import { addOverlay, opensPage, requestUncompressed } from './overlay-injection.js';
import { type CallContexts, CONTEXT_KEY_MISSING, type ServiceContext } from './signed-context.js';
import { TLS_DETAILS, TLS_FILES_UNUSABLE, type Upstream, type Upstreams } from './upstreams.js';

type RecordedForwardingParts = {
  contexts: CallContexts;
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
  /** The largest file that is fetched from a storage, in bytes. */
  maxFileBytes: number;
  fileLinks: FileLinks;
  storages: ObjectStorages;
};

/** Where an allowed call is sent: the upstream or storage, its connections, and how the call is signed for it. */
type Destination = Pick<Upstream, 'url'> & {
  sender: RequestSender;
  context: ServiceContext;
  hasOverlay: boolean;
};

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
    link?: FileLink,
  ): Promise<void> {
    const { claims } = token;
    const { calls, budgets, recorder, metrics, clock, refusals, authorizer } = this.parts;
    const { match, grant } = decision;
    const { tenantFrom } = decision.map.definition;
    const isMasked = decision.masking !== undefined;
    const destination =
      link === undefined ? this.upstreamOf(exchange, token, decision) : this.storageOf(link, decision);
    if ('code' in destination) return refusals.decided(exchange, claims, destination);
    const endsAt = Math.min(grant.endsAt, claims.grant_exp * 1000);
    // A body that had to be read before the decision is here already.
    const bodyIsArriving = body === undefined && isArriving(exchange);
    const call = openCallOf(exchange, token, { endsAt, beganAt: clock.monotonic(), bodyIsArriving });
    const record = recorder.newId();
    calls.add(call);
    budgets.takeCall(claims.digest, grant);
    try {
      const digestStored = authorizer.persistDigest(claims, grant);
      const selected = selectedOf(exchange, decision, link);
      const described = describedCall(exchange, claims, selected, link);
      const { mode: contextMode } = destination.context;
      const written =
        digestStored === undefined
          ? recorder.recordAllowed(record, described, match, contextMode, tenantFrom, isMasked)
          : this.recordAfter(digestStored, record, described, match, contextMode, tenantFrom, isMasked);
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
      const result =
        this.cutMeanwhile(exchange, call) ??
        (link === undefined
          ? await this.forward(exchange, claims, decision, body, call, record, selected, destination)
          : await this.fetchFile(exchange, claims, decision, call, record, selected, destination, link));
      this.recordOutcome(exchange, claims, decision, call, record, result);
      this.answerFailure(exchange, record, result);
    } finally {
      calls.remove(call);
    }
  }

  /** Answers a call that failed before its response began, or that was cut. */
  private answerFailure(exchange: Exchange, record: string, result: Forwarded): void {
    const { refusals } = this.parts;
    if (result.failure !== undefined)
      refusals.answer(exchange, result.failure, { record, ...membersOf(result) });
    else if (result.cutBy !== undefined) refusals.cut(exchange, result.cutBy, record);
  }

  private async recordAfter(
    digestStored: Promise<void>,
    id: string,
    call: RecordedCall,
    match: AllowedCall['match'],
    context: ContextMode,
    tenantFrom: TenantFrom,
    isMasked: boolean,
  ): Promise<void> {
    await digestStored;
    await this.parts.recorder.recordAllowed(id, call, match, context, tenantFrom, isMasked);
  }

  /** The upstream of the call; or the refusal, if this host lacks a file (TLS, context key) that the upstream needs. */
  private upstreamOf(
    { sql }: Exchange,
    { claims }: VerifiedToken,
    decision: AllowedCall,
  ): Destination | RefusedCall {
    const { authorizer, upstreams, contexts, clock } = this.parts;
    const { match } = decision;
    const { definition } = decision.map;
    const settings = authorizer.upstreamSettings(definition.name);
    const { url, carrier } = upstreams.at(definition, settings);
    if (carrier === undefined) return { ...TLS_FILES_UNUSABLE, match };
    // A database gets no headers. The gateway proves the tenant to it within the transaction (`tenantProof`).
    const mode = isDatabase(definition) ? 'none' : settings.context;
    const context = contexts.of(definition.name, mode, clock.now());
    if (context === undefined) return { ...CONTEXT_KEY_MISSING, match };
    if ('pool' in carrier)
      return { url, sender: carrier.pool, context, hasOverlay: settings.overlay === true };
    if (sql === undefined || claims.terms.change !== undefined) return { ...NOT_FOR_SQL, match };
    const sender = carrier.database.sender(sql, { tenant: match.tenant, digest: claims.digest });
    return { url, sender, context, hasOverlay: false };
  }

  /** The storage of a link; or the refusal, if the route maps no longer list that storage. */
  private storageOf({ origin }: FileLink, { links, match }: AllowedCall): Destination | RefusedCall {
    const hosts = links?.hosts ?? [];
    if (!hosts.includes(origin)) return { ...LINK_ENDED, match };
    const sender = this.parts.storages.at(origin, hosts);
    return { url: new URL(origin), sender, context: UNSIGNED, hasOverlay: false };
  }

  /**
   * Writing the record took time. What may have ended since the decision is checked again. Revoked keys, ended grants and new locks
   * need no check here: `calls` has the call already, so `calls.cutWhere` and `calls.cutGrant` cut it.
   */
  private cutMeanwhile({ response }: Exchange, call: OpenCall): Forwarded | undefined {
    const { clock, authorizer } = this.parts;
    if (!authorizer.isInTouch()) call.cut('not_in_touch');
    if (clock.now() >= call.endsAt) call.cut('grant_ended');
    if (response.isGone) call.cut('client_gone');
    return call.cutBy === undefined ? undefined : { ...NOTHING_SENT, cutBy: call.cutBy };
  }

  /** Fetches a file from its storage. The storage gets only the link and a range: nothing about the engineer, the tenant or the gateway. */
  private fetchFile(
    { canonical, body, response }: Exchange,
    { digest }: GrantTokenClaims,
    { grant }: AllowedCall,
    call: OpenCall,
    record: string,
    selected: SelectedHeaders,
    destination: Destination,
    link: FileLink,
  ): Promise<Forwarded> {
    const { budgets, clock, locations, maxFileBytes } = this.parts;
    return forwardCall({
      upstream: destination.sender,
      origin: {
        ...{ service: canonical.service, upstream: destination.url, locations },
        ...{ answersCors: false, ownHost: false, isShared: false },
      },
      method: 'GET',
      target: link.target,
      headers: selected.passed,
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
    });
  }

  private forward(
    exchange: Exchange,
    claims: GrantTokenClaims,
    decision: AllowedCall,
    body: ReadBody | undefined,
    call: OpenCall,
    record: string,
    selected: SelectedHeaders,
    destination: Destination,
  ): Promise<Forwarded> | Forwarded {
    const { calls, budgets, clock, locations, maxBodyBytes } = this.parts;
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
    const passed = overlayAt === undefined ? selected.passed : requestUncompressed(selected.passed);
    return forwardCall({
      upstream: destination.sender,
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
      changeAnswer: this.changeOf(exchange, claims, decision, record, overlayAt),
      call,
      onBodyArrived: () => calls.bodyArrived(call),
      now: () => clock.monotonic(),
      takeBytes: (bytes) => budgets.takeBytes(digest, grant, bytes),
      moreBytes: (bytes) => budgets.requestMore(digest, grant, { calls: 0, bytes }),
    });
  }

  /** How the answer is changed. An answer that is masked, or whose links are kept, gets no overlay. */
  private changeOf(
    exchange: Exchange,
    { digest, tenant }: GrantTokenClaims,
    { masking, links, routes, map: { definition } }: AllowedCall,
    record: string,
    overlayAt: string | undefined,
  ): ChangeAnswer | undefined {
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

  private recordOutcome(
    { canonical: { service } }: Exchange,
    claims: GrantTokenClaims,
    { match }: AllowedCall,
    call: OpenCall,
    record: string,
    { status, bytes, bodySha256, sentSha256, outcome, maskedFields, withheld }: Forwarded,
  ): void {
    const { clock, recorder, metrics, log } = this.parts;
    const durationMs = Math.max(0, Math.round(clock.monotonic() - call.beganAt));
    const more = { sentSha256, maskedFields, withheld: withheld?.reason };
    recorder.recordOutcome(record, claims, { status, bytes, bodySha256, outcome, durationMs, ...more });
    metrics.forwarded(service, outcome);
    if (log.isLevelEnabled('debug'))
      log.debug({ record, service, route: match.route, status, bytes, durationMs, outcome }, 'call');
  }
}

const NOTHING_SENT = {
  ...{ status: null, bytes: 0, bodySha256: null, sentSha256: undefined },
  outcome: 'cut',
} as const;

/** Checks and hashes the answer of a route with `download`; undefined on other routes. */
function downloadOf(
  { routes, masking, links }: AllowedCall,
  canonical: Exchange['canonical'],
): Download | undefined {
  // If the two route maps disagree, masking and links win: the gateway then changes the answer, so it is no download.
  if (masking !== undefined || links !== undefined || !isDownload(routes)) return undefined;
  return new Download(requestedRange(canonical));
}

/** A storage gets no signed context: it is not the vendor's service, and the link is all that it needs. */
const UNSIGNED: ServiceContext = { mode: 'none', sign: undefined };
const NO_HEADERS: ReadonlySet<string> = new Set();

/** The call as its record describes it. The record of a fetched file names the storage and the call whose answer had the link. */
function describedCall(
  exchange: Exchange,
  claims: GrantTokenClaims,
  { dropped }: SelectedHeaders,
  link: FileLink | undefined,
): RecordedCall {
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
  decision: AllowedCall,
  link: FileLink | undefined,
): SelectedHeaders {
  if (link !== undefined) return headersForStorage(selectHeaders(headers, NO_HEADERS, undefined));
  const selected = selectHeaders(headers, decision.headers, tenantHeaderOf(decision));
  const isRead = decision.masking !== undefined || decision.links !== undefined;
  return isRead ? headersForMasking(selected, method, decision.masking?.passes ?? []) : selected;
}

/** The header from which the service reads its tenant; undefined if it reads it elsewhere. */
function tenantHeaderOf({ map: { definition } }: AllowedCall): string | undefined {
  return definition.tenantFrom === 'header' ? definition.tenantHeader : undefined;
}
