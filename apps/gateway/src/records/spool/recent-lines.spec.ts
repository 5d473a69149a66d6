import type { AccessRecord } from '@countersign/gateway-protocol';
import { allowed, BOOTS } from '../../../../../test/factories/spool-drafts.js';
import { everything, FaultyDisk, MIB, SpoolBench, START } from '../../../../../test/fakes/spool-bench.js';
import { jsonOf } from './record-lines.js';
import type { SpoolPlace } from './segments.js';
import type { Spool } from './spool.js';
import { NodeSpoolDisk } from './spool-disk.js';

/** Counts the reads from disk. */
class CountingDisk extends NodeSpoolDisk {
  reads = 0;
  override read(segment: number, offset: number, length: number): Promise<Buffer> {
    this.reads += 1;
    return super.read(segment, offset, length);
  }
}

let bench: SpoolBench;
let disk: CountingDisk;
let spool: Spool;

beforeEach(async () => {
  bench = await SpoolBench.make();
  disk = new CountingDisk(bench.folder);
  spool = await bench.open(BOOTS[0], disk);
});
afterEach(() => bench.close());

const append = (count: number, pathBytes = 0) =>
  Promise.all(Array.from({ length: count }, () => spool.append(allowed('acme', BOOTS[0], pathBytes))));

/** Everything from a place on, batch by batch. */
async function from(place: SpoolPlace | undefined, most = 7): Promise<AccessRecord[]> {
  const records: AccessRecord[] = [];
  for (let at = place; at !== undefined; ) {
    const piece = await spool.nextBatch(at, MIB, most);
    for (const line of piece?.records ?? [])
      records.push((JSON.parse(jsonOf(line)) as { record: AccessRecord }).record);
    at = piece?.next;
  }
  return records;
}

describe('records for the broker', () => {
  test('come from memory while the broker keeps up, and equal what is on disk', async () => {
    await append(3);
    const begun = (await spool.nextBatch(START, MIB))?.next;
    disk.reads = 0;
    for (let group = 0; group < 5; group += 1) await append(40);
    const sent = await from(begun);
    expect(disk.reads).toBe(0);
    expect(sent).toHaveLength(200);
    await spool.close();
    expect((await everything(await bench.open(BOOTS[1]))).slice(3)).toEqual(sent);
  });

  test('come from the disk if the broker falls behind: memory keeps only the latest', async () => {
    await append(1);
    const begun = (await spool.nextBatch(START, MIB))?.next;
    for (let group = 0; group < 10; group += 1) await append(400, 5_000);
    disk.reads = 0;
    const sent = await from(begun, 1_000);
    expect(disk.reads).toBeGreaterThan(0);
    expect(sent.map(({ seq }) => seq)).toEqual(Array.from({ length: 4_000 }, (_, at) => at + 2));
  });

  test('come from the disk after they were released from memory', async () => {
    await append(1);
    const begun = (await spool.nextBatch(START, MIB))?.next ?? START;
    await append(10);
    await spool.release(spool.end);
    disk.reads = 0;
    expect(await from(begun)).toHaveLength(10);
    expect(disk.reads).toBeGreaterThan(0);
  });

  test('P5: never include what the disk refused', async () => {
    const faulty = new FaultyDisk(bench.folder);
    spool = await bench.open(BOOTS[0], faulty);
    await append(1);
    const begun = (await spool.nextBatch(START, MIB))?.next;
    await append(5);
    faulty.fault = { in: 'append' };
    await expect(append(1)).rejects.toThrow();
    faulty.fault = undefined;
    await append(5);
    expect((await from(begun)).map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});
