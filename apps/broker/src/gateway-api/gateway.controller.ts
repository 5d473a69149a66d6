import {
  type BatchRefusal,
  type ChainName,
  closeLeases,
  type EnrolledGateway,
  type GatewayPin,
  headsWanted,
  type IncomingBatch,
  ingestRecords,
  leaseBudget,
  openBrowserSession,
  receiveRelayedStop,
  recordPins,
  registerIdentity,
  releaseByBrowserSession,
  reportForgedBatch,
  tokenOfBrowserSession,
  writesInto,
} from '@countersign/access';
import {
  type BatchHashes,
  type BrowserToken,
  type HeadsAnswer,
  isBatchSignedBy,
  isMessageSignedBy,
  type LeaseAnswer,
  MESSAGE_SIGNATURE_HEADER,
  type OpenedBrowserSession,
  parseBrowserCodeExchange,
  parseBrowserTokenRequest,
  parseFeedPlace,
  parseHeadsRequest,
  parseIdentityRegistration,
  parseLeaseClosing,
  parseLeaseRequest,
  parsePins,
  parseRecordBatch,
  parseSeenPlace,
  type RecordAnswer,
} from '@countersign/gateway-protocol';
import { Batcher } from '@countersign/runtime';
import { Controller, Header, Inject, Req, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { LRUCache } from 'lru-cache';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { TakesBatches } from '../http/body.guard.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentGateway, Query } from '../http/input.js';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';
import { SseConnection } from '../http/sse-connection.js';
import { BrokerTokenMinter } from '../keys/keys.js';
import { Metrics } from '../observe/metrics.js';
import { RecordUpdates } from '../stream/record-updates.js';
import { FeedHub } from './feed/feed-hub.js';
import { GatewayAnnouncements } from './gateway-announcements.js';
import { type FeedQuery, gatewayApiEndpoints, type RelayedStopBody } from './gateway-endpoints.js';
import { GatewayPresence } from './gateway-presence.js';
import { incomingRecord } from './incoming-record.js';
import { PartedGateways } from './parted-gateways.js';
import { RecordDelays } from './record-delays.js';

/** How often the log says of one gateway that its credential is used without its key. */
const REPORT_EVERY_MS = 60_000;
const REMEMBERED = 1_000;

/** The feed, records and the gateway's own key; docs/feed.md has the shapes. */
@UseGuards(GatewayAnnouncements)
@Controller()
export class GatewayController {
  /**
   * Gateways' batches share transactions: a transaction costs as much as dozens of records, and hundreds of gateways with
   * a few calls each bring few records a batch. A stop waits behind whole transactions, so they are short and few.
   */
  private readonly intake = new Batcher<IncomingBatch, Record<string, number> | BatchRefusal>({
    work: (batches) => ingestRecords(this.deps, batches),
    sizeOf: ({ records }) => records.length,
    maxSize: 250,
    maxConcurrent: 2,
    gatherMs: 50,
  });

  /** Gateways and reasons for which the log has just received a leaf about forged records. */
  private readonly reported = new LRUCache<string, true>({ max: REMEMBERED, ttl: REPORT_EVERY_MS });

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly feed: FeedHub,
    private readonly metrics: Metrics,
    private readonly news: RecordUpdates,
    private readonly watch: GatewayPresence,
    private readonly parted: PartedGateways,
    private readonly delays: RecordDelays,
  ) {}

  @Endpoint(gatewayApiEndpoints.feed)
  async follow(
    @CurrentGateway() gateway: EnrolledGateway,
    @Query() query: FeedQuery,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const last = request.headers['last-event-id'];
    const place = typeof last === 'string' ? parseFeedPlace(last) : undefined;
    const places = { last: place, seen: query.seen === undefined ? undefined : parseSeenPlace(query.seen) };
    await this.feed.join(gateway.id, query.nonce, places, (onClose) => new SseConnection(response, onClose));
  }

  @TakesBatches()
  @Endpoint(gatewayApiEndpoints.records)
  async records(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<RecordAnswer> {
    const { boot, entries, signature, seen, complete = false, follows = false } = parseRecordBatch(body);
    const records = entries.map((entry, index) => incomingRecord(this.deps.hashing, gateway, entry, index));
    const chain = { gateway: gateway.id, boot };
    await this.requireSigned(gateway, { ...chain, records: records.map(({ hash }) => hash) }, signature);
    const [oldest] = entries;
    if (oldest !== undefined && !follows) this.delays.received(chain, oldest.record.at);
    const place = seen === undefined ? undefined : parseSeenPlace(seen);
    if (place !== undefined) await this.feed.requireSharedHistory(gateway.id, place);
    const accepted = await this.intake.submit({ ...chain, binding: gateway, records, complete, follows });
    if (accepted === 'early')
      throw new HttpProblem('not_ready', 'The batch that these records follow has not come. Send it first.');
    if (accepted === 'lost')
      throw await this.parted.refuse(
        gateway.id,
        'The database lacks records of this gateway that a broker has confirmed.',
        { boot },
      );
    this.parted.accepted(gateway.id);
    if (oldest !== undefined) this.delays.taken(chain, oldest.record.at);
    const own = records.filter(({ tenant }) => writesInto(gateway, tenant));
    if (own.length < records.length) await this.report(chain, 'binding');
    this.metrics.recordsTaken(own);
    this.news.taken(own);
    this.watch.noteContact(gateway.id);
    return { accepted };
  }

  /**
   * A credential alone proves nothing about calls: it may be stolen. The gateway's key never leaves the gateway's disk.
   *
   * @throws HttpProblem `forbidden` if the key that the gateway has registered did not sign exactly these records
   */
  private async requireSigned(
    { publicKey }: EnrolledGateway,
    batch: BatchHashes,
    signature: string | undefined,
  ): Promise<void> {
    if (publicKey !== null && signature !== undefined && isBatchSignedBy(batch, signature, publicKey)) return;
    if (publicKey !== null) await this.report(batch, 'signature');
    throw new HttpProblem(
      'forbidden',
      'These records are not signed by the key that this gateway has registered. If the gateway is older than its broker, update it. If its folder was lost, enrol it again. If its credential may be stolen, revoke it.',
    );
  }

  /** At most once a minute for each gateway and reason, so that a repeated attack does not fill the log. */
  private async report(chain: ChainName, reason: 'signature' | 'binding'): Promise<void> {
    const key = `${chain.gateway} ${reason}`;
    if (this.reported.has(key)) return;
    this.reported.set(key, true);
    await reportForgedBatch(this.deps, chain, reason);
  }

  @Endpoint(gatewayApiEndpoints.identity)
  async identity(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<void> {
    const { publicKey } = parseIdentityRegistration(body);
    await registerIdentity(this.deps, gateway.id, publicKey);
  }
}

/**
 * A credential alone neither leases nor frees budget, nor reports pins: who closes the lease of a call that was forwarded
 * frees its budget for a second one.
 *
 * @throws HttpProblem `forbidden` if the key that the gateway has registered did not sign exactly this body for this path
 */
function requireSignedMessage(
  { id, publicKey }: EnrolledGateway,
  { headers, path }: BrokerRequest,
  body: unknown,
): void {
  const signature = headers[MESSAGE_SIGNATURE_HEADER];
  const message = { gateway: id, path, body };
  if (publicKey !== null && typeof signature === 'string' && isMessageSignedBy(message, signature, publicKey))
    return;
  throw new HttpProblem(
    'forbidden',
    'This is not signed by the key that this gateway has registered. If the gateway is older than its broker, update it. If its credential may be stolen, revoke it.',
  );
}

/** How gateways share the budget of a grant. */
@UseGuards(GatewayAnnouncements)
@Controller()
export class LeasesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(gatewayApiEndpoints.lease)
  async lease(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() body: unknown,
    @Req() request: BrokerRequest,
  ): Promise<LeaseAnswer> {
    const lease = parseLeaseRequest(body);
    requireSignedMessage(gateway, request, lease);
    return leaseBudget(this.deps, gateway, lease);
  }

  @Endpoint(gatewayApiEndpoints.closeLeases)
  async close(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() body: unknown,
    @Req() request: BrokerRequest,
  ): Promise<void> {
    const closing = parseLeaseClosing(body);
    requireSignedMessage(gateway, request, closing);
    await closeLeases(this.deps, gateway.id, closing.boots);
  }
}

/** Whose chains a gateway is to sign although it has recorded nothing. */
@UseGuards(GatewayAnnouncements)
@Controller()
export class HeadsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(gatewayApiEndpoints.heads)
  async wanted(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() body: unknown,
    @Req() request: BrokerRequest,
  ): Promise<HeadsAnswer> {
    requireSignedMessage(gateway, request, parseHeadsRequest(body));
    return { wanted: await headsWanted(this.deps, gateway) };
  }
}

/** Browsers that engineers opened with grants. Answers are secrets, and are not stored. */
@UseGuards(GatewayAnnouncements)
@Controller()
export class BrowserSessionsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly minter: BrokerTokenMinter,
  ) {}

  @Header('Cache-Control', 'no-store')
  @Endpoint(gatewayApiEndpoints.openBrowser)
  async open(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() body: unknown,
    @Req() request: BrokerRequest,
  ): Promise<OpenedBrowserSession> {
    const exchange = parseBrowserCodeExchange(body);
    requireSignedMessage(gateway, request, exchange);
    return openBrowserSession(this.deps, gateway, exchange);
  }

  @Header('Cache-Control', 'no-store')
  @Endpoint(gatewayApiEndpoints.browserToken)
  async token(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() body: unknown,
    @Req() request: BrokerRequest,
  ): Promise<BrowserToken> {
    const tokenRequest = parseBrowserTokenRequest(body);
    requireSignedMessage(gateway, request, tokenRequest);
    const { token, expiresIn } = await tokenOfBrowserSession(this.deps, this.minter, gateway, tokenRequest);
    return { token, expiresIn };
  }

  @Endpoint(gatewayApiEndpoints.releaseBrowser)
  async release(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() body: unknown,
    @Req() request: BrokerRequest,
  ): Promise<void> {
    const tokenRequest = parseBrowserTokenRequest(body);
    requireSignedMessage(gateway, request, tokenRequest);
    await releaseByBrowserSession(this.deps, gateway, tokenRequest);
  }
}

/** Which trust documents a gateway has pinned. */
@UseGuards(GatewayAnnouncements)
@Controller()
export class PinsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(gatewayApiEndpoints.pins)
  async note(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() body: unknown,
    @Req() request: BrokerRequest,
  ): Promise<void> {
    const report = parsePins(body);
    requireSignedMessage(gateway, request, report);
    const pins = report.pins.map(
      ({ next, ...pin }): GatewayPin => (next === undefined ? pin : { ...pin, next }),
    );
    await recordPins(this.deps, gateway, { at: report.at ?? null, pins });
  }
}

/** Stops and lifts that customers gave to a gateway. */
@UseGuards(GatewayAnnouncements)
@Controller()
export class RelayedStopsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(gatewayApiEndpoints.stop)
  async take(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() { countersignature }: RelayedStopBody,
  ): Promise<void> {
    await receiveRelayedStop(this.deps, gateway, countersignature);
  }
}
