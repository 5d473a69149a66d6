/** @soak */

import type { AccessRecord } from '@countersign/gateway-protocol';
import { allowed, BOOTS, outcome, refused } from '../../../../../test/factories/spool-drafts.js';
import { CrashingDisk } from '../../../../../test/fakes/crashing-disk.js';
import {
  everything,
  expectChained,
  FaultyDisk,
  MIB,
  SpoolBench,
  START,
} from '../../../../../test/fakes/spool-bench.js';
import { onlyInSoak } from '../../../../../test/support/samples.js';
import type { RecordDraft } from './record-chains.js';
import { jsonOf } from './record-lines.js';
import type { SpoolPlace } from './segments.js';
import type { Spool } from './spool.js';
import { NodeSpoolDisk } from './spool-disk.js';

let bench: SpoolBench;
beforeEach(async () => {
  bench = await SpoolBench.make();
});
afterEach(() => bench.close());

describe('a disk that the only segment fills', () => {
  const KIB = 1024;
  let disk: CrashingDisk;
  /** What the broker has, in order. */
  let shipped: AccessRecord[];
  let place: SpoolPlace;
  beforeEach(() => {
    place = START;
    disk = new CrashingDisk();
    disk.capacity = 400 * KIB;
    shipped = [];
  });

  /** Appends calls until the disk takes no more. Each has its outcome. */
  async function fill(spool: Spool): Promise<void> {
    for (;;) {
      const call = allowed('acme', BOOTS[0], 200);
      try {
        await spool.append(call);
      } catch (error) {
        expect(error).toMatchObject({ code: 'record_unavailable' });
        return;
      }
      spool.enqueue(outcome(call));
    }
  }

  async function ship(spool: Spool): Promise<void> {
    for (
      let batch = await spool.nextBatch(place, MIB);
      batch !== undefined;
      batch = await spool.nextBatch(place, MIB)
    ) {
      shipped.push(...batch.records.map((line) => JSON.parse(jsonOf(line)).record as AccessRecord));
      place = batch.next;
      await spool.release(place);
    }
  }

  test.each([
    ['after it failed', async (spool: Spool) => fill(spool).then(() => ship(spool))],
    [
      'before it failed',
      async (spool: Spool) => {
        await spool.append(allowed());
        await ship(spool);
        await fill(spool);
        await ship(spool);
      },
    ],
  ])('P5: takes calls again once the broker has its records, which it got %s', async (_, fillAndShip) => {
    const spool = await bench.openDying(BOOTS[0], disk.restart());
    await fillAndShip(spool);
    const before = disk.used;
    const call = allowed();
    await spool.append(call);
    expect(disk.used).toBeLessThan(before / 2);
    spool.enqueue(outcome(call));
    await spool.flush();
    // A kill at this moment loses nothing: the next run continues the chains.
    const next = await bench.open(BOOTS[1], disk.restart());
    await next.append(allowed('acme', BOOTS[1]));
    await ship(next);
    expectChained(shipped);
    expect(shipped.filter(({ id }) => id === call.record.id)).toHaveLength(2);
  });

  test('P5: takes calls again each time, also if the full segment goes only while the next one is written', async () => {
    const spool = await bench.openDying(BOOTS[0], disk.restart());
    for (let round = 0; round < 5; round += 1) {
      for (const before = bench.faults.length; bench.faults.length === before; )
        await spool.append(allowed('acme', BOOTS[0], 200)).catch(() => undefined);
      // Begins the next segment, for which there is the reserve alone.
      await spool.append(allowed());
      await ship(spool);
    }
    expectChained(shipped);
  });

  test('P5: the end of a chain is kept also if others take the room before a record could be written', async () => {
    const spool = await bench.openDying(BOOTS[0], disk.restart());
    const { capacity } = disk;
    disk.onRemoved = () => {
      disk.capacity = 0;
    };
    await fill(spool);
    await ship(spool);
    const last = spool.ends['acme'];
    for (let count = 0; count < 5; count += 1) await expect(spool.append(allowed())).rejects.toThrow();
    const next = await bench.open(BOOTS[1], disk.restart());
    expect(next.ends['acme']).toEqual(last);
    disk.capacity = capacity;
    await next.append(allowed('acme', BOOTS[1]));
    await ship(next);
    expectChained(shipped);
  });
});

describe('room in the spool', () => {
  test('P5: refusals are dropped and reported first; calls go on; outcomes still find room when calls do not', async () => {
    const spool = await bench.open(BOOTS[0], new NodeSpoolDisk(bench.folder), MIB);
    while (bench.dropped.length === 0) {
      spool.enqueue(refused('acme', BOOTS[0], 500));
      await spool.flush();
    }
    expect(spool.usedBytes / MIB).toBeCloseTo(0.8, 2);
    const calls: RecordDraft[] = [];
    const fill = async () => {
      for (;;) {
        const call = allowed('acme', BOOTS[0], 500);
        await spool.append(call);
        calls.push(call);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'record_unavailable' });
    expect(calls.length).toBeGreaterThan(50);
    expect(spool.usedBytes / MIB).toBeCloseTo(0.95, 2);
    for (const call of calls.slice(0, 20)) spool.enqueue(outcome(call));
    await spool.flush();
    const read = await everything(spool);
    expectChained(read);
    expect(read.filter(({ kind }) => kind === 'outcome')).toHaveLength(20);
    expect(bench.dropped.every(({ record }) => record.kind === 'refused')).toBe(true);
  });

  test('P5: while the disk fails, refusals above the memory limit are dropped and reported, outcomes never', async () => {
    const disk = new FaultyDisk(bench.folder);
    const spool = await bench.open(BOOTS[0], disk);
    const call = allowed();
    await spool.append(call);
    disk.fault = { in: 'append' };
    for (let count = 0; count < 10_050; count += 1) spool.enqueue(refused());
    spool.enqueue(outcome(call));
    await spool.flush();
    expect(bench.dropped).toHaveLength(50);
    disk.fault = undefined;
    await spool.append(allowed());
    const read = await everything(spool);
    expectChained(read);
    expect(read.filter(({ kind }) => kind === 'refused')).toHaveLength(10_000);
    expect(read.filter(({ kind }) => kind === 'outcome')).toHaveLength(1);
  }, 60_000);

  test('P5: behind a thousand records that a failing disk cannot take, a call is refused instead of waiting', async () => {
    const disk = new FaultyDisk(bench.folder);
    const spool = await bench.open(BOOTS[0], disk);
    disk.fault = { in: 'append' };
    for (let count = 0; count < 2_500; count += 1) spool.enqueue(refused());
    const calls = [allowed(), allowed()].map((call) => spool.append(call));
    for (const result of await Promise.allSettled(calls))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'record_unavailable' } });
    disk.fault = undefined;
    await spool.append(allowed());
    const read = await everything(spool);
    expectChained(read);
    expect(read).toHaveLength(2_501);
  });

  onlyInSoak(() => {
    test('P5: behind a thousand outcomes that a full spool cannot take, a call is refused, and the process goes on', async () => {
      const spool = await bench.open(BOOTS[0], new NodeSpoolDisk(bench.folder), MIB);
      const call = allowed();
      await spool.append(call);
      for (const end = { full: false }; !end.full; ) {
        for (let count = 0; count < 1_000; count += 1) spool.enqueue(outcome(call));
        await spool.flush();
        end.full = spool.backlog >= 1_000;
      }
      await expect(spool.append(allowed())).rejects.toMatchObject({ code: 'record_unavailable' });
      expect(spool.backlog).toBeGreaterThanOrEqual(1_000);
    });
  });
});
