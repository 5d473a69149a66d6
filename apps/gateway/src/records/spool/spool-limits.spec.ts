import { allowed, BOOTS, outcome, refused } from '../../../../../test/factories/spool-drafts.js';
import {
  everything,
  expectChained,
  FaultyDisk,
  MIB,
  SpoolBench,
} from '../../../../../test/fakes/spool-bench.js';
import { onlyInSoak } from '../../../../../test/support/samples.js';
import type { RecordDraft } from './record-chains.js';
import { NodeSpoolDisk } from './spool-disk.js';

let bench: SpoolBench;
beforeEach(async () => {
  bench = await SpoolBench.make();
});
afterEach(() => bench.close());

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
