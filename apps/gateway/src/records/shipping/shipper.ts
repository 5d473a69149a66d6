import { join } from 'node:path';
import { MAX_BATCH_BYTES, MAX_BATCH_RECORDS, parseRecordAnswer } from '@countersign/gateway-protocol';
import { BackOff, describeError, sleep } from '@countersign/runtime';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../../clock.js';
import { type BrokerClient, BrokerResponseError } from '../../feed/broker-client.js';
import { JsonFile } from '../../storage/json-cell.js';
import { jsonOfAll } from '../spool/record-lines.js';
import type { SpoolPlace } from '../spool/segments.js';
import type { Spool } from '../spool/spool.js';
import type { SpoolBatch } from '../spool/spool-reader.js';
import { PoisonRecordPolicy, type Quarantine } from './quarantine.js';

type ShipperParts = {
  spool: Spool;
  broker: BrokerClient;
  quarantine: Quarantine;
  folder: string;
  clock: Clock;
  log: Logger;
};

/** How often the place is noted at most; between, a crash costs a repetition. */
const KEEP_EVERY_MS = 5_000;
/** The batch's own members around its records. */
const ENVELOPE_BYTES = 1_024;

/** `writer`: the run whose segment it is. */
const keptShape = z.strictObject({ segment: z.int().min(0), offset: z.int().min(0), writer: z.string() });
type KeptPlace = z.infer<typeof keptShape>;

/** Answers that say something of the records, and not of the broker: to send the same again is of no use. */
const RECORD_REJECTIONS = new Set([400, 409, 413, 422]);

/**
 * Brings records to the broker, in order, each batch until it is accepted. A batch that is judged and refused is cut
 * down to the record that it is refused for; that one is set aside when patience with it ends. The place up to which the broker has
 * accepted is kept on disk so that a restart does not send everything again; the broker skips what it knows, so an
 * older place only costs a repetition.
 */
export class Shipper {
  private readonly cell: JsonFile<KeptPlace>;
  private readonly stop = new AbortController();
  private place: SpoolPlace = { segment: 0, offset: 0 };
  private running: Promise<void> | undefined;
  private wake: (() => void) | undefined;
  private drained = false;
  /** Something became durable since the spool was last looked at. */
  private fresh = false;
  private closing = false;
  private kept = { place: this.place, at: 0 };
  private gatherMs = batchIntervalAfter(0);
  private readonly poisonPolicy: PoisonRecordPolicy;
  /** Records of the next batch at most: less than all while the one that is refused is looked for. */
  private most = MAX_BATCH_RECORDS;

  constructor(private readonly parts: ShipperParts) {
    this.poisonPolicy = new PoisonRecordPolicy(parts.clock);
    this.cell = new JsonFile(join(parts.folder, 'shipped.json'));
    parts.spool.onDurable(() => {
      this.fresh = true;
      this.wake?.();
    });
  }

  /** True when the broker has everything that is durable. */
  get isDrained(): boolean {
    return this.drained && !this.fresh;
  }

  /** True when the broker has every record that stands before this place. */
  hasShipped({ segment, offset }: SpoolPlace): boolean {
    const { place } = this;
    return this.isDrained || place.segment > segment || (place.segment === segment && place.offset >= offset);
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Stops after at most `graceMs`, in which it still tries to bring what is there. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.stop.abort(), graceMs);
    this.closing = true;
    this.wake?.();
    await this.running;
    clearTimeout(timer);
    await this.keep();
  }

  private async run(): Promise<void> {
    await this.recall();
    const backOff = new BackOff({ firstMs: 100, longestMs: 1_000, jitter: 0 });
    while (!this.stop.signal.aborted) {
      try {
        this.fresh = false;
        const piece = await this.parts.spool.nextBatch(
          this.place,
          MAX_BATCH_BYTES - ENVELOPE_BYTES,
          this.most,
        );
        this.drained = piece === undefined;
        if (piece === undefined) {
          if (this.closing) return;
          if (performance.now() - this.kept.at > KEEP_EVERY_MS) await this.keep();
          await this.news();
        } else {
          await this.ship(piece);
          backOff.reset();
        }
      } catch (error) {
        if (this.stop.signal.aborted) return;
        this.parts.log.warn(describeError(error), 'records wait: the broker does not take them');
        await sleep(backOff.next(), this.stop.signal);
      }
    }
  }

  /** One batch. Throws where it is to be tried again. */
  private async ship(piece: SpoolBatch): Promise<void> {
    try {
      await this.hand(piece);
      this.most = Math.min(this.most * 2, MAX_BATCH_RECORDS);
    } catch (error) {
      if (!(error instanceof BrokerResponseError && RECORD_REJECTIONS.has(error.status))) throw error;
      if (piece.records.length > 1) {
        this.most = Math.ceil(piece.records.length / 2);
        return;
      }
      await this.refused(piece, error);
    }
    this.place = piece.next;
    await this.parts.spool.release(piece.next);
  }

  /** Throws where the broker does not confirm every record of the batch. */
  private async hand({ boot, records }: SpoolBatch): Promise<void> {
    const json = jsonOfAll(`{"boot":${JSON.stringify(boot)},"entries":[`, records, ']}');
    const began = performance.now();
    const answer = await this.parts.broker.post('/gateway/v1/records', json, this.stop.signal);
    this.gatherMs = batchIntervalAfter(performance.now() - began);
    const { accepted } = parseRecordAnswer(answer);
    for (const { tenant, seq } of records) {
      if ((accepted[tenant] ?? 0) < seq) throw new Error('the broker did not accept the whole batch');
    }
  }

  /** The one record that the broker does not take. Throws as long as it may still change its mind. */
  private async refused({ records: [line] }: SpoolBatch, answer: BrokerResponseError): Promise<void> {
    const { quarantine, log } = this.parts;
    if (line === undefined || quarantine.has(line)) return;
    if (!this.poisonPolicy.shouldGiveUp(line)) throw answer;
    await quarantine.put(line, answer.code ?? String(answer.status));
    const { tenant, boot, seq, id } = line;
    log.error(
      { tenant, boot, seq, record: id, code: answer.code },
      'a record was set aside: the broker refuses it',
    );
  }

  /** Resolves a little after something new is durable. */
  private async news(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (this.fresh || this.closing) resolve();
    });
    this.wake = undefined;
    if (!this.closing) await sleep(this.gatherMs, this.stop.signal);
  }

  private async recall(): Promise<void> {
    const stored = await this.cell.read().catch(() => undefined);
    const { data } = keptShape.safeParse(stored);
    if (data === undefined) return;
    const { writer, ...place } = data;
    // A folder that was emptied begins at 1 again: all that is there is sent once more, and the broker skips what it has.
    if (this.parts.spool.holds(place, writer)) this.place = place;
  }

  /** Notes the place. A disk that does not take it costs a repetition after the next start, nothing else. */
  private async keep(): Promise<void> {
    if (this.kept.place === this.place) return;
    this.kept = { place: this.place, at: performance.now() };
    const writer = this.parts.spool.writerOf(this.place.segment);
    if (writer === undefined) return;
    await this.cell.write({ ...this.place, writer }).catch((error: unknown) => {
      this.parts.log.warn(describeError(error), 'the place of shipping could not be kept');
    });
  }
}

/** Lets records of some calls share a batch; with it a record is at the broker well within a second. */
const GATHER_MS = 100;
/** At a broker that is slow to take a batch; a record is there within a second still. */
const LONGEST_GATHER_MS = 500;
/** So many times as long as the broker took for the last batch: many gateways may wait for one broker. */
const GATHER_TO_HAND = 25;

/** How long records gather for the next batch, in milliseconds, where the broker took `handMs` for the last one. */
export function batchIntervalAfter(handMs: number): number {
  return Math.min(Math.max(handMs * GATHER_TO_HAND, GATHER_MS), LONGEST_GATHER_MS);
}
