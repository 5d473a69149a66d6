/** @soak */

import { type AccessRecord, recordHash } from '@countersign/gateway-protocol';
import fc from 'fast-check';
import { allowed, head, outcome } from '../../../../../test/factories/spool-drafts.js';
import { CrashingDisk, type Fault } from '../../../../../test/fakes/crashing-disk.js';
import { START } from '../../../../../test/fakes/spool-bench.js';
import { samples } from '../../../../../test/support/samples.js';
import type { RecordDraft } from './record-chains.js';
import { jsonOf } from './record-lines.js';
import type { SpoolPlace } from './segments.js';
import { Spool } from './spool.js';

type Step =
  | { do: 'call'; tenant: string; many: number }
  | { do: 'end' | 'heads' | 'close' }
  | { do: 'fault'; fault: Fault; times: number }
  | { do: 'ship'; pieces: number; most: number; keeps: boolean }
  /** With calls under way; this share of their bytes has reached the disk. */
  | { do: 'kill'; calls: number; written: number };

const tenant = fc.constantFrom('acme', 'globex');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), tenant, many: fc.nat(6) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'heads', 'close') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      fault: fc.constantFrom<Fault>('refused', 'torn', 'whole', 'create', 'remove'),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('ship' as const),
      pieces: fc.integer({ min: 1, max: 8 }),
      most: fc.integer({ min: 1, max: 20 }),
      keeps: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      calls: fc.nat(3),
      written: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);

/** One gateway's spool through runs that end in any way, and the broker to which its records are shipped. */
class Story {
  readonly confirmed: string[] = [];
  /** Accepts records by the broker's rules: each number of a chain once, in order. */
  readonly taken: AccessRecord[] = [];
  readonly faults: string[] = [];
  private readonly disk = new CrashingDisk();
  private readonly ends = new Map<string, { seq: number; hash: string }>();
  private runs = 0;
  private boot = '';
  private spool!: Spool;
  private open: RecordDraft[] = [];
  private place: SpoolPlace = START;
  private checkpoint: { place: SpoolPlace; writer: string } | undefined;

  async start(): Promise<void> {
    this.runs += 1;
    this.boot = `01980000-0000-4000-8000-${String(this.runs).padStart(12, '0')}`;
    this.spool = await Spool.open({
      disk: this.disk.restart(),
      boot: this.boot,
      maxBytes: 64 * 1_024,
      sign: () => 'A'.repeat(86),
      onFault: () => undefined,
      onDropped: () => undefined,
    });
    this.open = [];
    const { checkpoint } = this;
    this.place =
      checkpoint !== undefined && this.spool.holds(checkpoint.place, checkpoint.writer)
        ? checkpoint.place
        : START;
    for (const { id, boot, tenant } of this.spool.unfinishedCalls) {
      const { record } = allowed(tenant, boot);
      this.spool.enqueue(outcome({ record: { ...record, id }, openings: {} }));
    }
    this.heads();
    await this.spool.flush();
  }

  async play(step: Step): Promise<void> {
    if (step.do === 'call') await this.call(step.tenant, step.many);
    else if (step.do === 'end') await this.end();
    else if (step.do === 'heads') this.heads();
    else if (step.do === 'fault') this.disk.fail(step.fault, step.times);
    else if (step.do === 'ship') await this.ship(step);
    else if (step.do === 'kill') await this.kill(step);
    else await this.close();
  }

  /** Final runs on a working disk, in which everything is shipped. On a full disk, first what makes room. */
  async finish(): Promise<void> {
    this.disk.heal();
    for (let run = 0; run < 4; run += 1) {
      await this.kill({ calls: 0, written: 0 });
      await this.ship({ pieces: Number.POSITIVE_INFINITY, most: 1_000, keeps: true });
    }
  }

  /** Chains whose last record is not signed. */
  unsigned(): string[] {
    const kinds = new Map(this.taken.map(({ boot, tenant, kind }) => [`${boot} ${tenant}`, kind]));
    return [...kinds].filter(([, kind]) => kind !== 'head').map(([chain]) => chain);
  }

  private async call(tenant: string, many: number): Promise<void> {
    const calls = Array.from({ length: many + 1 }, () => allowed(tenant, this.boot, 100));
    const results = await Promise.allSettled(calls.map((call) => this.spool.append(call)));
    for (const [index, { status }] of results.entries())
      if (status === 'fulfilled') {
        this.confirmed.push(calls[index]?.record.id ?? '');
        this.open.push(calls[index] as RecordDraft);
      }
  }

  private async end(): Promise<void> {
    for (const call of this.open.splice(0, 3)) this.spool.enqueue(outcome(call));
    await this.spool.flush();
  }

  private heads(): void {
    for (const { boot, tenant } of this.spool.unsigned) this.spool.enqueue(head(tenant, boot));
  }

  private async ship({ pieces, most, keeps }: { pieces: number; most: number; keeps: boolean }) {
    for (let count = 0; count < pieces; count += 1) {
      const piece = await this.spool.nextBatch(this.place, 4_096, most);
      if (piece === undefined) break;
      for (const line of piece.records)
        this.take((JSON.parse(jsonOf(line)) as { record: AccessRecord }).record);
      this.place = piece.next;
      await this.spool.release(piece.next).catch(() => undefined);
    }
    const writer = this.spool.writerOf(this.place.segment);
    if (keeps && writer !== undefined) this.checkpoint = { place: this.place, writer };
  }

  private take(record: AccessRecord): void {
    const chain = `${record.boot} ${record.tenant}`;
    const end = this.ends.get(chain);
    if (record.seq <= (end?.seq ?? 0)) return;
    if (record.seq !== (end?.seq ?? 0) + 1) this.faults.push(`gap in ${chain} at ${record.seq}`);
    else if (record.prev !== (end?.hash ?? null)) this.faults.push(`break in ${chain} at ${record.seq}`);
    this.ends.set(chain, { seq: record.seq, hash: recordHash(record) });
    this.taken.push(record);
  }

  private async kill({ calls, written }: { calls: number; written: number }): Promise<void> {
    if (calls > 0) {
      this.disk.die(written);
      for (let count = 0; count < calls; count += 1)
        this.spool.append(allowed('acme', this.boot)).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await this.start();
  }

  private async close(): Promise<void> {
    this.heads();
    await this.spool.close();
    await this.start();
  }
}

test('P5: whatever the disk and the process do, each allowed call is shipped once, in its place, with one outcome, in a signed chain', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const story = new Story();
      await story.start();
      for (const each of steps) await story.play(each);
      await story.finish();
      expect(story.faults).toEqual([]);
      const of = (kind: AccessRecord['kind']) =>
        story.taken.filter((record) => record.kind === kind).map(({ id }) => id);
      const [began, ended] = [of('allowed'), of('outcome')];
      expect(new Set(began).size).toBe(began.length);
      expect(began).toEqual(expect.arrayContaining(story.confirmed));
      expect([...ended].sort()).toEqual([...began].sort());
      expect(story.unsigned()).toEqual([]);
    }),
    { numRuns: samples('spoolStories') },
  );
}, 60_000);
