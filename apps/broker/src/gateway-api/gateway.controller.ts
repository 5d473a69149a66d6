import { type EnrolledGateway, ingestRecords, type RecordBatch, registerIdentity } from '@countersign/access';
import {
  parseFeedPlace,
  parseIdentityRegistration,
  parseRecordBatch,
  parseSeenPlace,
  type RecordAnswer,
} from '@countersign/gateway-protocol';
import { Batcher } from '@countersign/runtime';
import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentGateway, Query } from '../http/input.js';
import { ForGateways } from '../http/marks.js';
import type { BrokerRequest } from '../http/request.js';
import { SseConnection } from '../http/sse-connection.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { Metrics } from '../observe/metrics.js';
import { component } from '../openapi/components.js';
import { RecordNews } from '../stream/record-news.js';
import { FeedHub } from './feed/feed-hub.js';
import { GatewayWatch } from './gateway-watch.js';
import { incomingRecord } from './incoming-record.js';

const NONCE = /^[A-Za-z0-9_-]{43}$/;
const feedQuery = z.strictObject({
  nonce: z
    .string()
    .refine(
      (text) => NONCE.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text,
      '32 random bytes as base64url',
    )
    .describe('32 fresh random bytes, base64url without padding.'),
  seen: z
    .string()
    .refine((text) => parseSeenPlace(text) !== undefined, 'EPOCH.SEQ or EPOCH.SEQ.MARK')
    .optional()
    .describe('The highest place that the gateway has on its disk.'),
});

/** Described loosely here: `libs/gateway-protocol`, which gateways share, judges these bodies strictly. */
const identityBody = component(
  'GatewayIdentity',
  z.looseObject({ publicKey: z.unknown().describe('Ed25519, raw, base64url.') }),
);
const recordsBody = component(
  'GatewayRecords',
  z.looseObject({
    boot: z.unknown().describe('The UUID that the gateway chose at its start.'),
    entries: z.unknown().describe('At most 1,000 of `{record, openings}`; see docs/feed.md.'),
  }),
);
const recordsAnswer = component(
  'GatewayRecordsAnswer',
  z.object({ accepted: z.record(z.string(), z.int()).describe('The last number held, by tenant.') }),
);

/** For enrolled gateways alone; docs/feed.md has the shapes. */
@Controller('gateway/v1')
export class GatewayController {
  /**
   * Gateways' batches share transactions: a transaction costs as much as dozens of records, and hundreds of gateways with
   * a few calls each bring few records a batch. A stop waits behind whole transactions, so they are short and few.
   */
  private readonly intake = new Batcher<RecordBatch, Record<string, number>>({
    work: (batches) => ingestRecords(this.deps, batches),
    sizeOf: ({ records }) => records.length,
    maxSize: 250,
    maxConcurrent: 2,
    gatherMs: 50,
  });

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly feed: FeedHub,
    private readonly metrics: Metrics,
    private readonly news: RecordNews,
    private readonly watch: GatewayWatch,
  ) {}

  @Get('feed')
  @ForGateways()
  @Describe({
    summary: 'Follow what gateways must know',
    description:
      'Signed server-sent events: a snapshot or a resume, then changes and a heartbeat each second.',
    query: feedQuery,
    answer: { status: 200, description: 'The feed.', type: 'text/event-stream' },
  })
  async follow(
    @CurrentGateway() gateway: EnrolledGateway,
    @Query() query: z.infer<typeof feedQuery>,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const last = request.headers['last-event-id'];
    const place = typeof last === 'string' ? parseFeedPlace(last) : undefined;
    const places = { last: place, seen: query.seen === undefined ? undefined : parseSeenPlace(query.seen) };
    await this.feed.join(gateway.id, query.nonce, places, (onClose) => new SseConnection(response, onClose));
  }

  @Post('records')
  @ForGateways()
  @Describe({
    summary: 'Hand over access records',
    description: 'Each is taken exactly once; a gateway repeats a batch until it is accepted.',
    body: { schema: recordsBody },
    answer: { status: 200, description: 'How far the chains of this batch are held.', schema: recordsAnswer },
  })
  async records(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<RecordAnswer> {
    const { boot, entries } = parseRecordBatch(body);
    const records = entries.map((entry, index) => incomingRecord(this.deps.hashing, gateway, entry, index));
    const accepted = await this.intake.submit({ gateway: gateway.id, boot, records });
    this.metrics.recordsTaken(records);
    this.news.taken(records);
    this.watch.heard(gateway.id);
    return { accepted };
  }

  @Post('identity')
  @ForGateways()
  @Describe({
    summary: 'Register the gateway’s own key, once',
    body: { schema: identityBody },
    answer: { status: 204, description: 'Registered, now or before.' },
    errors: ['already_registered'],
  })
  async identity(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<void> {
    const { publicKey } = parseIdentityRegistration(body);
    await registerIdentity(this.deps, gateway.id, publicKey);
  }
}
