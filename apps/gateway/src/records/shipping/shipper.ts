import { join } from 'node:path';
import {
  type BatchHashes,
  formatSeenPlace,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  parseRecordAnswer,
} from '@countersign/gateway-protocol';
import { BackOff, describeError, sleep } from '@countersign/runtime';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../../clock.js';
import { type BrokerClient, BrokerResponseError, UnsupportedForm } from '../../feed/broker-client.js';
import type { SharedHistory } from '../../feed/shared-history.js';
import { JsonFile } from '../../storage/json-file.js';
import { jsonOf, jsonOfAll, type RecordLine, recordHashOf } from '../spool/record-lines.js';
import type { SpoolPlace } from '../spool/segments.js';
import type { Spool } from '../spool/spool.js';
import type { SpoolBatch } from '../spool/spool-reader.js';
import { PoisonRecordPolicy, type Quarantine } from './quarantine.js';

type ShipperParts = {
  spool: Spool;
  /** Signs a batch with the gateway's identity. */
  sign(batch: BatchHashes): string;
  gateway: string;
  broker: BrokerClient;
  quarantine: Quarantine;
  folder: string;
  clock: Clock;
  log: Logger;
  history: SharedHistory;
};

/** The place is stored at most this often. After a crash the records in between are sent again. */
const STORE_EVERY_MS = 5_000;
/** Bytes of a batch around its records. */
const ENVELOPE_BYTES = 1_024;

/** `writer`: the run that wrote the segment. `damaged`: a record before it was damaged or lost. */
const storedShape = z.strictObject({
  segment: z.int().min(0),
  offset: z.int().min(0),
  writer: z.string(),
  damaged: z.literal(true).exactOptional(),
});
type StoredPlace = z.infer<typeof storedShape>;

/**
 * The gateway is behind if this batch and the next one have at least this many records. Then it sends the next batch before it has the
 * answer to this one, so that the broker reads the next while its database writes this one.
 */
const AHEAD_RECORDS = 250;

/** A batch that was sent before the previous one was answered. `failed`: it has to be sent again. */
type BatchAhead = { batch: SpoolBatch; sent: Promise<'taken' | 'failed'> };

/** Statuses that reject the records themselves. Sending the same batch again would be useless. */
const RECORD_REJECTIONS = new Set([400, 409, 413, 422]);

/**
 * Ships records to the broker in order, each batch until it is accepted. If the broker rejects a batch for its content,
 * the batch is halved until the rejected record is alone; PoisonRecordPolicy decides when that record is set aside. The
 * accepted place is stored on disk, so that a restart does not send everything again. The broker skips records that it
 * has, so an older place only costs repetition.
 */
export class Shipper {
  private readonly file: JsonFile<StoredPlace>;
  private readonly stop = new AbortController();
  private place: SpoolPlace = { segment: 0, offset: 0 };
  private running: Promise<void> | undefined;
  private wake: (() => void) | undefined;
  private drained = false;
  /** Something became durable since the spool was last read. */
  private hasMore = false;
  private closing = false;
  /** A record of this spool was damaged or lost, now or before, so that the broker sees a gap that no restore has made. */
  private isDamaged = false;
  private stored = { place: this.place, at: 0 };
  private intervalMs = batchIntervalAfter(0);
  private readonly poisonPolicy: PoisonRecordPolicy;
  /** The largest number of records in the next batch. It is smaller while the rejected record is searched for. */
  private maxRecords = MAX_BATCH_RECORDS;

  private ahead: BatchAhead | undefined;

  /** When the oldest record that no broker has confirmed was written; wall clock. Undefined if there is none. */
  private oldestAt: number | undefined;

  constructor(private readonly parts: ShipperParts) {
    this.poisonPolicy = new PoisonRecordPolicy(parts.clock);
    this.file = new JsonFile(join(parts.folder, 'shipped.json'));
    parts.spool.onDurable(() => {
      this.hasMore = true;
      this.oldestAt ??= parts.clock.now();
      this.wake?.();
    });
  }

  /** True if the broker has everything that is durable. */
  get isDrained(): boolean {
    return this.drained && !this.hasMore;
  }

  /** Age of the oldest durable record that no broker has confirmed; 0 if there is none. Milliseconds. */
  get oldestMs(): number {
    return this.oldestAt === undefined ? 0 : Math.max(0, this.parts.clock.now() - this.oldestAt);
  }

  /** True if the broker has every record before this place. */
  hasShipped({ segment, offset }: SpoolPlace): boolean {
    const { place } = this;
    return this.isDrained || place.segment > segment || (place.segment === segment && place.offset >= offset);
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Stops after at most `graceMs`. Until then it still tries to ship what is there. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.stop.abort(), graceMs);
    this.closing = true;
    this.wake?.();
    await this.running;
    clearTimeout(timer);
    await this.storePlace();
  }

  private async run(): Promise<void> {
    await this.loadPlace();
    const backOff = new BackOff({ firstMs: 100, longestMs: 1_000, jitter: 0 });
    while (!this.stop.signal.aborted) {
      try {
        this.hasMore = false;
        const { ahead } = this;
        this.ahead = undefined;
        const batch = ahead?.batch ?? (await this.nextBatch(this.place));
        this.drained = batch === undefined;
        const [first] = batch?.records ?? [];
        // What becomes durable meanwhile is in `hasMore`, and is read next.
        if (first !== undefined) this.oldestAt = writtenAt(first) ?? this.oldestAt;
        else if (!this.hasMore) this.oldestAt = undefined;
        if (batch === undefined) {
          if (this.closing) return;
          if (performance.now() - this.stored.at > STORE_EVERY_MS) await this.storePlace();
          await this.untilMore();
        } else {
          await this.ship(batch, ahead?.sent);
          backOff.reset();
        }
      } catch (error) {
        if (this.stop.signal.aborted) return;
        if (error instanceof BrokerResponseError && error.code === 'feed_parted')
          this.parts.history.refused('records');
        const level = error instanceof UnsupportedForm ? 'error' : 'warn';
        this.parts.log[level](describeError(error), 'records wait: the broker does not accept them');
        await sleep(backOff.next(), this.stop.signal);
      }
    }
  }

  private nextBatch(from: SpoolPlace): Promise<SpoolBatch | undefined> {
    return this.parts.spool.nextBatch(from, MAX_BATCH_BYTES - ENVELOPE_BYTES, this.maxRecords);
  }

  /**
   * Ships one batch, and sends the next one ahead if this gateway is behind. Throws if it must be tried again.
   *
   * @param sent the pending answer, if this batch was sent ahead
   */
  private async ship(batch: SpoolBatch, sent?: BatchAhead['sent']): Promise<void> {
    try {
      const taken = sent ?? this.send(batch);
      const ahead = this.sendAhead(batch);
      ahead.catch(() => undefined);
      // The next run sends it again, not ahead: only then is a rejection about its own records.
      if ((await taken) === 'failed') return;
      this.ahead = await ahead;
      this.maxRecords = Math.min(this.maxRecords * 2, MAX_BATCH_RECORDS);
    } catch (error) {
      if (!(error instanceof BrokerResponseError && RECORD_REJECTIONS.has(error.status))) throw error;
      if (!error.isAnnounced) throw this.parts.broker.cannotRead('records');
      if (!error.isAboutContent) throw error;
      if (batch.records.length > 1) {
        this.maxRecords = Math.ceil(batch.records.length / 2);
        return;
      }
      await this.handleRejection(batch, error);
    }
    this.place = batch.next;
    await this.parts.spool.release(batch.next);
  }

  /** Sends the batch after this one, if both are large. */
  private async sendAhead({ boot, records, next }: SpoolBatch): Promise<BatchAhead | undefined> {
    if (records.length < AHEAD_RECORDS) return undefined;
    const batch = await this.nextBatch(next);
    if (batch === undefined || batch.boot !== boot || batch.records.length < AHEAD_RECORDS) return undefined;
    const sent = this.send(batch, { isAhead: true }).then(
      () => 'taken' as const,
      () => 'failed' as const,
    );
    return { batch, sent };
  }

  /** Throws unless the broker confirms every record of the batch. */
  private async send({ boot, records }: SpoolBatch, { isAhead = false } = {}): Promise<void> {
    const { gateway, sign, history } = this.parts;
    const signature = sign({ gateway, boot, records: records.map(recordHashOf) });
    const members = {
      ...{ boot, signature },
      ...(history.seen !== undefined && { seen: formatSeenPlace(history.seen) }),
      ...(isAhead ? { follows: true } : this.isComplete(boot, records) && { complete: true }),
    };
    const json = jsonOfAll(`${JSON.stringify(members).slice(0, -1)},"entries":[`, records, ']}');
    const began = performance.now();
    const answer = await this.parts.broker.post('/gateway/v1/records', json, this.stop.signal);
    if (!isAhead) this.intervalMs = batchIntervalAfter(performance.now() - began);
    history.accepted('records');
    const { accepted } = parseRecordAnswer(answer);
    for (const { tenant, seq } of records) {
      if ((accepted[tenant] ?? 0) < seq) throw new Error('the broker did not accept the whole batch');
    }
  }

  /**
   * Whether a broker has confirmed every record that was written before these. If not, the gap that the broker sees is the gateway's
   * doing, not the sign of a database that was restored.
   */
  private isComplete(boot: string, records: readonly RecordLine[]): boolean {
    const { spool, quarantine } = this.parts;
    this.isDamaged ||= !spool.isWhole;
    if (this.isDamaged) return false;
    if (quarantine.count === 0) return true;
    const runs = records.flatMap((line) => (line.seq === 1 ? previousRunOf(line) : []));
    return ![boot, ...runs].some((run) => quarantine.hasOfRun(run));
  }

  /** Handles a record that the broker rejects. Throws as long as the broker may still accept it. */
  private async handleRejection({ records: [line] }: SpoolBatch, answer: BrokerResponseError): Promise<void> {
    const { quarantine, log } = this.parts;
    if (line === undefined || quarantine.has(line)) return;
    if (!this.poisonPolicy.shouldGiveUp(line)) throw answer;
    await quarantine.put(line, answer.code ?? String(answer.status));
    const { tenant, boot, seq, id } = line;
    log.error(
      { tenant, boot, seq, record: id, code: answer.code },
      'a record was set aside: the broker rejects it',
    );
  }

  /** Resolves a short time after something new is durable. */
  private async untilMore(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (this.hasMore || this.closing) resolve();
    });
    this.wake = undefined;
    if (!this.closing) await sleep(this.intervalMs, this.stop.signal);
  }

  private async loadPlace(): Promise<void> {
    const stored = await this.file.read().catch(() => undefined);
    const { data } = storedShape.safeParse(stored);
    if (data === undefined) return;
    const { writer, damaged, ...place } = data;
    // A folder that was emptied numbers its segments from 1 again. Then everything is sent again, and the broker skips
    // what it has.
    if (!this.parts.spool.holds(place, writer)) return;
    this.place = place;
    this.isDamaged = damaged === true;
    // Frees space at once: on a full disk no record can be written before something is removed.
    await this.parts.spool.release(place);
  }

  /** Stores the place. If the disk fails, the only cost is repetition after the next start. */
  private async storePlace(): Promise<void> {
    if (this.stored.place === this.place) return;
    this.stored = { place: this.place, at: performance.now() };
    const writer = this.parts.spool.writerOf(this.place.segment);
    if (writer === undefined) return;
    const damaged = this.isDamaged ? { damaged: true as const } : {};
    await this.file.write({ ...this.place, writer, ...damaged }).catch((error: unknown) => {
      this.parts.log.warn(describeError(error), 'the shipping place could not be stored');
    });
  }
}

const AT = '"at":"';

/** When a record was written; milliseconds since the epoch. In canonical JSON no text has a quote without a backslash. */
function writtenAt({ bytes, from, to }: RecordLine): number | undefined {
  const at = bytes.indexOf(AT, from, 'latin1') + AT.length;
  const time = Date.parse(bytes.toString('latin1', at, Math.min(to, bytes.indexOf('"', at, 'latin1'))));
  return Number.isNaN(time) ? undefined : time;
}

/** The earlier run that the first record of a chain names; none if there is none. */
function previousRunOf(line: RecordLine): string[] {
  const { record } = JSON.parse(jsonOf(line)) as { record: { previous?: { boot: string } | null } };
  return record.previous == null ? [] : [record.previous.boot];
}

/** Lets records of several calls share a batch. A record still reaches the broker well within a second. */
const INTERVAL_MS = 100;
/** The limit for a slow broker. A record still reaches it within a second. */
const LONGEST_INTERVAL_MS = 500;
/** The interval is this many times as long as the broker took for the last batch, because many gateways may share one broker. */
const SEND_TIMES_PER_INTERVAL = 25;

/** How long records gather for the next batch, in milliseconds, if the broker took `sendMs` for the last one. */
export function batchIntervalAfter(sendMs: number): number {
  return Math.min(Math.max(sendMs * SEND_TIMES_PER_INTERVAL, INTERVAL_MS), LONGEST_INTERVAL_MS);
}
