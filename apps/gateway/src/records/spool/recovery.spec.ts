/** @soak */

import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessRecord } from '@countersign/gateway-protocol';
import fc from 'fast-check';
import { allowed, BOOTS, head, outcome, refused } from '../../../../../test/factories/spool-drafts.js';
import { everything, MemoryDisk, SpoolBench } from '../../../../../test/fakes/spool-bench.js';
import { isFullRun, samples } from '../../../../../test/support/samples.js';

/** A small segment as a gateway left it: its bytes, its records, and where the line of each ends. */
type Left = { bytes: Buffer; records: AccessRecord[]; ends: number[] };

let bench: SpoolBench;
let left: Left;

beforeAll(async () => {
  bench = await SpoolBench.make();
  const spool = await bench.open();
  const calls = [allowed(), allowed('globex'), allowed()];
  for (const call of calls) await spool.append(call);
  for (const call of calls.slice(0, 2)) spool.enqueue(outcome(call));
  await spool.append(refused('globex'));
  await spool.close();
  const [name] = await readdir(bench.folder);
  const bytes = await readFile(join(bench.folder, name ?? ''));
  const feeds = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
  // The first line is the header.
  left = { bytes, records: await everything(await bench.open(BOOTS[1])), ends: feeds.slice(1) };
});
afterAll(() => bench.close());

/** What the next start reads from these bytes, and whether a record that it writes is read too. */
async function afterDamage(bytes: Buffer) {
  const disk = new MemoryDisk(bytes);
  const spool = await bench.open(BOOTS[1], disk);
  const read = await everything(spool);
  const next = allowed('acme', BOOTS[1]);
  await spool.append(next);
  const more = await everything(spool);
  expect(more.slice(0, -1)).toEqual(read);
  expect(more.at(-1)).toMatchObject({ id: next.record.id, seq: 1, prev: null });
  expect(await everything(await bench.open(BOOTS[1], disk))).toEqual(more);
  return { read, left: spool.unfinishedCalls };
}

/** `npm test` cuts and damages a record at some bytes only, and at the end of each line. */
const CUT_STEP = isFullRun() ? 1 : 5;

const lineOf = (offset: number) => left.ends.findIndex((end) => offset < end);

describe('a damaged segment', () => {
  test('P5: cut at any byte: every whole line before the cut is kept, the rest is skipped, and the next run continues', async () => {
    const wrong: number[] = [];
    for (let cut = 0; cut <= left.bytes.length; cut += CUT_STEP) {
      const spool = await bench.open(BOOTS[1], new MemoryDisk(left.bytes.subarray(0, cut)));
      const read = (await everything(spool)).map(({ id, kind }) => id + kind);
      const whole = left.records.slice(0, left.ends.filter((end) => end <= cut).length);
      if (read.join() !== whole.map(({ id, kind }) => id + kind).join()) wrong.push(cut);
    }
    expect(wrong).toEqual([]);
    for (const end of left.ends)
      for (const cut of [end - 1, end]) {
        const { read } = await afterDamage(left.bytes.subarray(0, cut));
        expect(read).toEqual(left.records.slice(0, left.ends.filter((each) => each <= cut).length));
      }
  }, 60_000);

  test('P5: the same on a real disk, with repeated cuts', async () => {
    const [name] = await readdir(bench.folder);
    for (const [index, end] of [...left.ends.entries()].reverse()) {
      await truncate(join(bench.folder, name ?? ''), end - 1 - index * 20);
      expect(await everything(await bench.open(BOOTS[1]))).toEqual(left.records.slice(0, index));
    }
  });

  test('P5: a flipped byte costs only the line that contains it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(left.bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (offset, mask) => {
          const bytes = Buffer.from(left.bytes);
          bytes[offset] = (bytes[offset] ?? 0) ^ mask;
          const { read } = await afterDamage(bytes);
          const at = lineOf(offset);
          // A missing line feed joins the next line to the damaged one. The header does not count as a record.
          const glued = left.bytes[offset] === 10;
          const inHeader = offset < left.bytes.indexOf(10) + 1;
          const lost = inHeader ? (glued ? [0] : []) : glued ? [at, at + 1] : [at];
          expect(read).toEqual(left.records.filter((_, index) => !lost.includes(index)));
        },
      ),
      { numRuns: samples('flippedBytes') },
    );
  }, 60_000);

  test('P5: a damaged record at the end of its chain leaves a gap, which the next run’s records show', async () => {
    /** `after N, at M` for each chain of the first run, as a broker sees the next run continue it. */
    const gaps = async (bytes: Buffer) => {
      const spool = await bench.open(BOOTS[1], new MemoryDisk(bytes));
      for (const { boot, tenant } of spool.unsigned) await spool.append(head(tenant, boot));
      const seen = new Map<string, number>();
      const found: string[] = [];
      for (const { boot, tenant, seq } of await everything(spool)) {
        const last = seen.get(`${boot} ${tenant}`) ?? 0;
        if (seq !== last + 1) found.push(`${tenant} after ${last}, at ${seq}`);
        seen.set(`${boot} ${tenant}`, seq);
      }
      return found;
    };
    expect(await gaps(left.bytes)).toEqual([]);
    for (const tenant of ['acme', 'globex']) {
      const last = left.records.map((record) => record.tenant).lastIndexOf(tenant);
      const { seq } = left.records[last] as AccessRecord;
      const from = left.ends[last - 1] ?? 0;
      const to = (left.ends[last] ?? 0) - 1;
      for (let offset = from; offset < to; offset += 7 * CUT_STEP) {
        const bytes = Buffer.from(left.bytes);
        bytes[offset] = (bytes[offset] ?? 0) ^ 1;
        // If the damage hides which record it was, each chain gets a gap.
        expect(await gaps(bytes)).toContain(`${tenant} after ${seq - 1}, at ${seq + 1}`);
      }
      const bytes = Buffer.from(left.bytes).fill(0, from, to);
      expect(await gaps(bytes)).toContain(`${tenant} after ${seq - 1}, at ${seq + 1}`);
    }
    // All but the first of each chain: several in a row.
    const all = Buffer.from(left.bytes);
    for (const [index, end] of left.ends.entries()) if (index >= 2) all[end - 20] = 0;
    const chains = ['acme', 'globex'].map((tenant) => {
      const count = left.records.filter((record) => record.tenant === tenant).length;
      return `${tenant} after 1, at ${count + 1}`;
    });
    expect(await gaps(all)).toEqual(chains);
  });

  test('whatever a segment contains, the start does not fail, and whole lines are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
        fc.array(fc.nat(left.ends.length), { maxLength: 4 }),
        async (garbage, places) => {
          const parts: Buffer[] = [];
          let from = 0;
          const cuts = [left.bytes.indexOf(10) + 1, ...left.ends];
          for (const [index, place] of [...places].sort((a, b) => a - b).entries()) {
            const to = cuts[place] ?? left.bytes.length;
            // Garbage between whole lines, as a line of its own.
            parts.push(left.bytes.subarray(from, to), Buffer.from(garbage[index] ?? []), Buffer.from('\n'));
            from = to;
          }
          parts.push(left.bytes.subarray(from));
          const { read } = await afterDamage(Buffer.concat(parts));
          expect(read).toEqual(left.records);
        },
      ),
      { numRuns: samples('damagedLines') },
    );
  }, 60_000);

  test('P5: the next run closes no call that is whole in its record, and every other one, whatever its path is', async () => {
    const own = await SpoolBench.make();
    const spool = await own.open();
    const whole = allowed();
    Object.assign(whole.record, { mode: 'authz', outcome: 'unknown' });
    const other = allowed();
    other.openings = { path: { value: ',"outcome":"unknown","path":"x"', salt: 'A'.repeat(43) } };
    for (const call of [whole, other]) await spool.append(call);
    await spool.close();
    const { unfinishedCalls } = await own.open(BOOTS[1]);
    expect(unfinishedCalls.map(({ id }) => id)).toEqual([other.record.id]);
    await own.close();
  });

  test('a call whose outcome is damaged is closed with the outcome unknown', async () => {
    const at = left.records.findIndex(({ kind }) => kind === 'outcome');
    const bytes = Buffer.from(left.bytes);
    bytes[(left.ends[at] ?? 0) - 10] = 0;
    const { left: open } = await afterDamage(bytes);
    const ids = open.map(({ id }) => id);
    expect(ids).toContain(left.records[at]?.id);
    expect(ids).toHaveLength(2);
  });
});
