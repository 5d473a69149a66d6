import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AccessRecord,
  exportEd25519PublicKey,
  isSignedBy,
  parseRecordBatch,
  recordHash,
  type SignedRecord,
} from '@countersign/gateway-protocol';
import { allowed, BOOTS, head } from '../../../../../test/factories/spool-drafts.js';
import { everything, expectChained, SpoolBench, START } from '../../../../../test/fakes/spool-bench.js';
import type { Spool } from './spool.js';

const LATER = ['01980000-0000-4000-8000-00000000000c', '01980000-0000-4000-8000-00000000000d'] as const;

let bench: SpoolBench;
beforeEach(async () => {
  bench = await SpoolBench.make();
});
afterEach(() => bench.close());

/** The records of one run in their order. */
const ofRun = (records: AccessRecord[], boot: string) => records.filter((record) => record.boot === boot);

async function lastOf(spool: Spool): Promise<AccessRecord> {
  return (await everything(spool)).at(-1) as AccessRecord;
}

const endOf = (record: AccessRecord) => ({
  ...{ boot: record.boot, seq: record.seq, hash: recordHash(record) },
});

/** Ships everything: the place after the last record is released. */
async function ship(spool: Spool): Promise<void> {
  let place = START;
  for (
    let batch = await spool.nextBatch(place, 1_000);
    batch !== undefined;
    batch = await spool.nextBatch(place, 1_000)
  )
    place = batch.next;
  await spool.release(place);
}

describe('P5: the first record of a run names the run before', () => {
  test('for each tenant the last record that was written there, and null if there is none', async () => {
    const first = await bench.open();
    await first.append(allowed('acme'));
    await first.append(allowed('acme'));
    const before = await lastOf(first);
    await first.close();
    const next = await bench.open(BOOTS[1]);
    await next.append(allowed('acme', BOOTS[1]));
    await next.append(allowed('globex', BOOTS[1]));
    await next.append(allowed('acme', BOOTS[1]));
    const [acme, globex, second] = ofRun(await everything(next), BOOTS[1]);
    expect(acme?.previous).toEqual(endOf(before));
    expect(globex?.previous).toBeNull();
    expect(second).not.toHaveProperty('previous');
  });

  test('after a crash the one that the next run wrote in its stead', async () => {
    const crashed = await bench.open();
    await crashed.append(allowed());
    // No close: the process was killed. The next run signs what it left.
    const next = await bench.open(BOOTS[1]);
    await next.append(head('acme', BOOTS[0]));
    const signed = await lastOf(next);
    await next.append(allowed('acme', BOOTS[1]));
    expect((await lastOf(next)).previous).toEqual(endOf(signed));
    expectChained(await everything(next));
  });

  test('in the same write as the record of an earlier run before it', async () => {
    const crashed = await bench.open();
    await crashed.append(allowed());
    const next = await bench.open(BOOTS[1]);
    next.enqueue(head('acme', BOOTS[0]));
    await next.append(allowed('acme', BOOTS[1]));
    expectChained(await everything(next));
  });

  test('although runs without records lie between, everything was shipped, and its segments are gone', async () => {
    const first = await bench.open();
    await first.append(head('globex'));
    await first.append(head('acme'));
    const signed = await lastOf(first);
    await first.close();
    // This run only writes for another tenant, in a segment of its own, and ships it.
    const second = await bench.open(BOOTS[1]);
    await second.append(head('globex', BOOTS[1]));
    await ship(second);
    expect((await readdir(bench.folder)).filter((name) => name.endsWith('.spool'))).toHaveLength(1);
    await second.close();
    const third = await bench.open(LATER[0]);
    await third.close();
    const fourth = await bench.open(LATER[1]);
    await fourth.append(allowed('acme', LATER[1]));
    expect((await lastOf(fourth)).previous).toEqual(endOf(signed));
  });

  test('null again if the disk was lost', async () => {
    const first = await bench.open();
    await first.append(allowed());
    await first.close();
    for (const name of await readdir(bench.folder)) await rm(join(bench.folder, name));
    const next = await bench.open(BOOTS[1]);
    await next.append(allowed('acme', BOOTS[1]));
    expect((await lastOf(next)).previous).toBeNull();
  });
});

describe('P5: a gateway with several lanes', () => {
  const end = { lane: 1, boot: LATER[0], seq: 3, hash: `sha256:${'a'.repeat(64)}` };
  const lane = (count = 2) => ({
    ...{ number: 0, count: () => count },
    otherLanes: (tenant: string) => (tenant === 'acme' ? [end] : []),
  });

  test('the first record of each chain names its lane and what the other lanes have of that tenant; heads name the lane; no other does', async () => {
    const spool = await bench.open(BOOTS[0], undefined, undefined, lane());
    for (const draft of [allowed(), allowed(), head(), allowed('globex'), head('globex')])
      await spool.append(draft);
    const records = await everything(spool);
    expect(records.map((record) => record.lane)).toEqual([
      { number: 0, of: 2, beside: [end] },
      undefined,
      { number: 0, of: 2 },
      { number: 0, of: 2 },
      { number: 0, of: 2 },
    ]);
    expectChained(records);
    for (const record of records)
      expect(parseRecordBatch({ boot: BOOTS[0], entries: [{ record, openings: {} }] })).toBeTruthy();
    const { publicKey } = bench.identity;
    expect(isSignedBy(records[2] as SignedRecord, exportEd25519PublicKey(publicKey))).toBe(true);
  });

  test('the records of a single lane are like those of a gateway without lanes, except that they name lanes that the gateway had before', async () => {
    const spool = await bench.open(BOOTS[0], undefined, undefined, lane(1));
    // Another lane has records of acme: the gateway had more lanes before.
    for (const draft of [allowed('globex'), head('globex'), allowed(), head()]) await spool.append(draft);
    expect((await everything(spool)).map((record) => record.lane)).toEqual([
      undefined,
      undefined,
      { number: 0, of: 1, beside: [end] },
      undefined,
    ]);
  });
});
