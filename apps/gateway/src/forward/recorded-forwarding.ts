import {
  type CallDecision,
  type GrantTokenClaims,
  isDownload,
  type Masking,
} from '@countersign/authorization';
import {
  type ByteRange,
  type ContextMode,
  isDatabase,
  readByteRange,
  type TenantFrom,
} from '@countersign/contract';
import type { Logger } from 'pino';
import type { CallAuthorizer, VerifiedToken } from '../authorize/call-authorizer.js';
import type { Budgets } from '../budget/budgets.js';
import type { OpenCall, OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import { type FileLink, type FileLinks, LINK_ENDED } from '../files/file-links.js';
import { keepLinks, withoutLinks } from '../files/keep-links.js';
import type { Storages } from '../files/storages.js';
import { fieldsOfFile, headersForStorage, StoredFile } from '../files/stored-file.js';
import type { CallRefusals, RefusedCall } from '../http/call-refusals.js';
import type { ReadBody } from '../http/change-body.js';
import { callOf, type Exchange, isArriving, openCallOf, recordedCallOf } from '../http/exchange.js';
import type { RequestSender } from '../http1/upstream-pool.js';
import type { GatewayMetrics } from '../metrics.js';
import type { RecordedCall, Recorder } from '../records/recorder.js';
import type { ChangeAnswer } from './answer-body.js';
import { Download } from './download.js';
import { type Forwarded, forwardCall } from './forward-call.js';
import { type SelectedHeaders, selectHeaders, upstreamHeaders } from './forwarded-headers.js';
import type { LocationRewriter } from './location-rewriter.js';
import { headersForMasking, maskAnswer } from './masking/mask-answer.js';
import { addOverlay, askPlain, opensPage } from './overlay-injection.js';
import { type CallContexts, CONTEXT_KEY_MISSING, type ServiceContext } from './signed-context.js';
import { TLS_DETAILS, type Upstream, type Upstreams } from './upstreams.js';

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
  storages: Storages;
};

/** How a call reaches its upstream, and how it is signed for it. */
type Way = Pick<Upstream, 'url'> & { sender: RequestSender; context: ServiceContext; hasOverlay: boolean };

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
    const way = link === undefined ? this.wayTo(exchange, token, decision) : this.wayToFile(link, decision);
    if ('code' in way) return refusals.decided(exchange, claims, way);
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
      const recorded = recordedCallOf(exchange, claims, selected.dropped);
      const described =
        link === undefined ? recorded : { ...recorded, file: { from: link.from, host: hostOf(link) } };
      const written =
        digestStored === undefined
          ? recorder.recordAllowed(record, described, match, way.context.mode, tenantFrom, isMasked)
          : this.recordAfter(digestStored, record, described, match, way.context.mode, tenantFrom, isMasked);
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
          ? await this.forward(exchange, claims, decision, body, call, record, selected, way)
          : await this.fetchFile(exchange, claims, decision, call, record, selected, way, link));
      this.recordOutcome(exchange, claims, decision, call, record, result);
      if (result.failure !== undefined)
        refusals.answer(exchange, result.failure, { record, ...membersOf(result) });
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
    context: ContextMode,
    tenantFrom: TenantFrom,
    isMasked: boolean,
  ): Promise<void> {
    await digestStored;
    await this.parts.recorder.recordAllowed(id, call, match, context, tenantFrom, isMasked);
  }

  /** How the call can reach its upstream; or the refusal, if this host lacks a file that the way needs. */
  private wayTo({ sql }: Exchange, { claims }: VerifiedToken, decision: AllowedCall): Way | RefusedCall {
    const { authorizer, upstreams, contexts, clock } = this.parts;
    const { match } = decision;
    const { definition } = decision.map;
    const settings = authorizer.upstreamSettings(definition.name);
    const { url, carrier } = upstreams.at(definition, settings);
    if (carrier === undefined) return { ...TLS_FILES_UNUSABLE, match };
    // A database gets no headers: the tenant is proved to it in another way.
    const mode = isDatabase(definition) ? 'none' : settings.context;
    const context = contexts.of(definition.name, mode, clock.now());
    if (context === undefined) return { ...CONTEXT_KEY_MISSING, match };
    if ('pool' in carrier)
      return { url, sender: carrier.pool, context, hasOverlay: settings.overlay === true };
    if (sql === undefined || claims.terms.change !== undefined) return { ...NOT_FOR_SQL, match };
    return { url, sender: carrier.database.sender(sql, match.tenant), context, hasOverlay: false };
  }

  /** How the call reaches the storage of a link; or the refusal, if the maps do not list that any more. */
  private wayToFile({ origin }: FileLink, { links, match }: AllowedCall): Way | RefusedCall {
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

  /** Gets a file from its storage. Nothing of the engineer, the tenant or the gateway goes there, only the link and a range. */
  private fetchFile(
    { canonical, body, response }: Exchange,
    { digest }: GrantTokenClaims,
    { grant }: AllowedCall,
    call: OpenCall,
    record: string,
    selected: SelectedHeaders,
    way: Way,
    link: FileLink,
  ): Promise<Forwarded> {
    const { budgets, clock, locations, maxFileBytes } = this.parts;
    return forwardCall({
      upstream: way.sender,
      origin: {
        ...{ service: canonical.service, upstream: way.url, locations },
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
      download: new StoredFile(rangeOf(canonical), maxFileBytes),
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
    way: Way,
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
    const context = way.context.sign?.(definition.audience, contextClaims, clock.now());
    const tenantHeader = tenantHeaderOf(decision);
    const trust = { tenant, requester: sub, grant: grant_id, record, context, tenantHeader };
    const { origin } = canonical;
    const download = downloadOf(decision, canonical);
    // A file passes as it is: its hash is recorded.
    const hasOverlay = way.hasOverlay && download === undefined && opensPage(canonical);
    const overlayAt = hasOverlay ? origin : undefined;
    const passed = overlayAt === undefined ? selected.passed : askPlain(selected.passed);
    return forwardCall({
      upstream: way.sender,
      origin: {
        ...{ service, upstream: way.url, locations },
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

  /** How the answer is changed. Masking and links come first: only an answer that neither concerns may get the overlay. */
  private changeOf(
    exchange: Exchange,
    { digest }: GrantTokenClaims,
    { masking, links, routes, map: { definition } }: AllowedCall,
    record: string,
    overlayAt: string | undefined,
  ): ChangeAnswer | undefined {
    if (links !== undefined) {
      const { service, origin } = exchange.canonical;
      const base = origin ?? `/${service}`;
      const owner = { from: record, digest, service, call: callOf(exchange, undefined), base };
      return keepLinks(links, owner, definition.fileHosts ?? [], this.parts.fileLinks);
    }
    const isPlain = overlayAt === undefined || isDownload(routes);
    const change = changeFirst(masking, isPlain ? undefined : addOverlay(overlayAt));
    return definition.fileHosts === undefined ? change : withoutLinks(definition.fileHosts, change);
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

/** What the gateway checks and records of the answer if it is a file. */
function downloadOf(
  { routes, masking, links }: AllowedCall,
  canonical: Exchange['canonical'],
): Download | undefined {
  // Only one of the two maps can say so then: what is masked is no file that passes as it is.
  if (masking !== undefined || links !== undefined || !isDownload(routes)) return undefined;
  return new Download(rangeOf(canonical));
}

function rangeOf({ headers }: Exchange['canonical']): ByteRange | undefined {
  const range = headers.one('range');
  return range === undefined ? undefined : readByteRange(range);
}

/** A storage gets no context: it is not the vendor's service, and the link says all that it needs. */
const UNSIGNED: ServiceContext = { mode: 'none', sign: undefined };
const NO_HEADERS: ReadonlySet<string> = new Set();

const hostOf = ({ origin }: FileLink): string => new URL(origin).host;

/** What the client learns of a failed handshake or a withheld answer: the reason, and what the people who run the service can do. */
function membersOf({ tlsFailure, withheld }: Forwarded): { reason?: string; detail?: string } {
  if (withheld !== undefined) return { reason: withheld.reason, detail: withheld.message };
  return tlsFailure === undefined ? {} : { reason: tlsFailure, detail: TLS_DETAILS[tlsFailure] };
}

const TLS_FILES_UNUSABLE = {
  code: 'upstream_tls_failed',
  reason: 'files_unusable',
  detail: 'the TLS files of this service cannot be used; the gateway’s log and its private /readyz say why',
} as const;

/** A map that has become one of a database since the body was left unread; or terms of one exact change. */
const NOT_FOR_SQL = {
  code: 'insufficient_scope',
  detail: 'a statement runs with an ordinary grant, and not as an approved change',
} as const;

/** Only an answer that masking lets through may get the overlay. */
function changeFirst(
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
  return isRead ? headersForMasking(selected, method) : selected;
}

/** The header from which the service reads its tenant; undefined if it reads it elsewhere. */
function tenantHeaderOf({ map: { definition } }: AllowedCall): string | undefined {
  return definition.tenantFrom === 'header' ? definition.tenantHeader : undefined;
}
