import { appendFile, cp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exportEd25519PublicKey, isSignedBy } from '@countersign/gateway-protocol';
import { allowed, BOOTS, head, outcome } from '../../../../../test/factories/spool-drafts.js';
import {
  everything,
  expectChained,
  FaultyDisk,
  MIB,
  SpoolBench,
  START,
} from '../../../../../test/fakes/spool-bench.js';
import type { RecordDraft } from './record-chains.js';
import type { Spool } from './spool.js';
import { NodeSpoolDisk } from './spool-disk.js';

let bench: SpoolBench;
let folder: string;
beforeEach(async () => {
  bench = await SpoolBench.make();
  folder = bench.folder;
});
afterEach(() => bench.close());
const open: SpoolBench['open'] = (...args): Promise<Spool> => bench.open(...args);

describe('Spool', () => {
  test('P5: an appended record is on disk when append resolves, numbered and chained by tenant', async () => {
    const spool = await open();
    await spool.append(allowed('acme'));
    await spool.append(allowed('globex'));
    await spool.append(allowed('acme'));
    const read = await everything(await open(BOOTS[1]));
    expect(read.map(({ tenant, seq }) => [tenant, seq])).toEqual([
      ['acme', 1],
      ['globex', 1],
      ['acme', 2],
    ]);
    expectChained(read);
  });

  test('many calls that wait at the same time share one sync', async () => {
    const disk = new FaultyDisk(folder);
    const spool = await open(BOOTS[0], disk);
    await spool.append(allowed());
    const before = disk.syncs;
    await Promise.all(Array.from({ length: 200 }, () => spool.append(allowed())));
    expect(disk.syncs - before).toBe(1);
    expect(await everything(spool)).toHaveLength(201);
  });

  test('P5: a torn tail is skipped, everything before it is kept, and the next boot continues', async () => {
    const spool = await open();
    for (let i = 0; i < 3; i++) await spool.append(allowed());
    await spool.close();
    const [name] = await readdir(folder);
    await appendFile(join(folder, name!), 'deadbeef R allowed torn');
    const next = await open(BOOTS[1]);
    expect(next.skippedBytes).toBe(23);
    expect(await everything(next)).toHaveLength(3);
    await next.append(allowed('acme', BOOTS[1]));
    expectChained(await everything(next));
  });

  test('P5: calls without an outcome are found at the next boot, those with one are not', async () => {
    const spool = await open();
    const [first, second] = [allowed(), allowed('globex')];
    await spool.append(first);
    await spool.append(second);
    await spool.append(outcome(first));
    await spool.close();
    const next = await open(BOOTS[1]);
    expect(next.unfinishedCalls).toEqual([
      { boot: BOOTS[0], tenant: 'globex', id: second.record.id, segment: 1 },
    ]);
    next.enqueue(outcome(second));
    await next.append(allowed('acme', BOOTS[1]));
    const read = await everything(next);
    expectChained(read);
    expect(read.find(({ id, kind }) => id === second.record.id && kind === 'outcome')).toMatchObject({
      boot: BOOTS[0],
      seq: 2,
    });
    expect((await open(BOOTS[1])).unfinishedCalls.map(({ boot }) => boot)).toEqual([BOOTS[1]]);
  });

  test.each([
    ['an fsync error after the bytes were written', { in: 'append' as const }],
    ['a write that tore', { in: 'append' as const, torn: true }],
    ['no new segment', { in: 'create' as const }],
  ])(
    'P5: %s refuses the waiting calls, and the next call goes to a new segment with no gap',
    async (_, fault) => {
      const disk = new FaultyDisk(folder);
      const spool = await open(BOOTS[0], disk);
      if (fault.in === 'append') await spool.append(allowed());
      disk.fault = fault;
      const refused = [allowed(), allowed()];
      for (const result of await Promise.allSettled(refused.map((draft) => spool.append(draft)))) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'record_unavailable' } });
      }
      disk.fault = undefined;
      const after = allowed();
      await spool.append(after);
      for (const reader of [spool, await open(BOOTS[1])]) {
        const read = await everything(reader);
        expectChained(read);
        expect(read.map(({ id }) => id)).toContain(after.record.id);
        for (const { record } of refused) expect(read.map(({ id }) => id)).not.toContain(record.id);
      }
    },
  );

  test('an outcome that the disk refused is written with the next call, and no segments pile up meanwhile', async () => {
    const disk = new FaultyDisk(folder);
    const spool = await open(BOOTS[0], disk);
    const call = allowed();
    await spool.append(call);
    disk.fault = { in: 'append' };
    spool.enqueue(outcome(call));
    for (let i = 0; i < 20; i++) await expect(spool.append(allowed())).rejects.toThrow();
    disk.fault = undefined;
    await spool.append(allowed());
    const read = await everything(spool);
    expectChained(read);
    expect(read.map(({ kind }) => kind).sort()).toEqual(['allowed', 'allowed', 'outcome']);
    expect((await readdir(folder)).length).toBeLessThanOrEqual(3);
  });

  test('P5: a full spool refuses calls, still accepts outcomes, and accepts calls again once the broker has some records', async () => {
    const spool = await open(BOOTS[0], new NodeSpoolDisk(folder), MIB);
    const sent: RecordDraft[] = [];
    const fill = async () => {
      for (;;) {
        const draft = allowed('acme', BOOTS[0], 200);
        await spool.append(draft);
        sent.push(draft);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'record_unavailable' });
    expect(spool.usedBytes).toBeLessThan(MIB);
    spool.enqueue(outcome(sent[0]!));
    await expect(spool.append(allowed())).rejects.toThrow();
    // The call is refused before the rest of its group is written.
    await spool.flush();
    const piece = await spool.nextBatch(START, 512 * 1024);
    expect((await everything(spool)).at(-1)).toMatchObject({ kind: 'outcome', id: sent[0]!.record.id });
    await spool.release({ segment: piece!.next.segment + 3, offset: 0 });
    await spool.append(allowed());
  });

  test('a new segment repeats heads and open calls, so that earlier segments can be removed', async () => {
    const spool = await open(BOOTS[0], new NodeSpoolDisk(folder), MIB);
    const drafts = Array.from({ length: 400 }, () => allowed('acme', BOOTS[0], 200));
    for (const draft of drafts) await spool.append(draft);
    for (const draft of drafts.slice(1)) spool.enqueue(outcome(draft));
    await spool.append(allowed('globex'));
    const numbers = await new NodeSpoolDisk(folder).segments();
    expect(numbers.length).toBeGreaterThan(2);
    await spool.release({ segment: numbers.at(-1)!, offset: 0 });
    await spool.close();
    expect(await new NodeSpoolDisk(folder).segments()).toEqual([numbers.at(-1)]);
    const next = await open(BOOTS[1]);
    expect(next.unfinishedCalls.map(({ id }) => id)).toContain(drafts[0]!.record.id);
    expect(next.unfinishedCalls).toHaveLength(2);
    next.enqueue(outcome(drafts[0]!));
    await next.append(allowed('acme', BOOTS[1]));
    const last = (await everything(next))
      .filter(({ tenant, boot }) => tenant === 'acme' && boot === BOOTS[0])
      .at(-1);
    expect(last).toMatchObject({ kind: 'outcome', seq: 800 });
  });

  test('nothing is released before the calls of earlier boots have their outcomes', async () => {
    const spool = await open();
    const call = allowed();
    await spool.append(call);
    await spool.close();
    const next = await open(BOOTS[1]);
    await next.append(allowed('acme', BOOTS[1]));
    await next.release({ segment: 2, offset: 0 });
    expect(await new NodeSpoolDisk(folder).segments()).toEqual([1, 2]);
    await next.append(outcome(call));
    await next.append(head());
    await next.release({ segment: 2, offset: 0 });
    expect(await new NodeSpoolDisk(folder).segments()).toEqual([2]);
  });

  test('P5: on a full disk, shipped records are still removed; only segments with an open call stay', async () => {
    const spool = await open(BOOTS[0], new NodeSpoolDisk(folder), MIB);
    const call = allowed();
    await spool.append(call);
    for (let count = 0; count < 400; count += 1) {
      const other = allowed('acme', BOOTS[0], 200);
      await spool.append(other);
      spool.enqueue(outcome(other));
    }
    await spool.close();
    const numbers = await new NodeSpoolDisk(folder).segments();
    expect(numbers.length).toBeGreaterThan(2);
    const disk = new FaultyDisk(folder);
    disk.fault = { in: 'create' };
    const next = await open(BOOTS[1], disk, MIB);
    next.enqueue(outcome(call));
    await next.flush();
    await next.release(next.end);
    expect(await disk.segments()).toEqual([numbers.at(-1)]);
    // Killed: the run after it still finds the call, and its place in the chain.
    const last = await open(BOOTS[1]);
    expect(last.unfinishedCalls.map(({ id }) => id)).toEqual([call.record.id]);
    await last.append(outcome(call));
    expect((await everything(last)).at(-1)).toMatchObject({ kind: 'outcome', seq: 802 });
  });

  test('P5: records of earlier runs are not released before their chain is signed, however often runs end', async () => {
    const spool = await open(BOOTS[0], new NodeSpoolDisk(folder), MIB);
    for (let count = 0; count < 400; count += 1) await spool.append(allowed('acme', BOOTS[0], 200));
    for (const call of [allowed('globex')]) {
      await spool.append(call);
      await spool.append(outcome(call));
    }
    await spool.append(head('acme'));
    await spool.close();
    const numbers = await new NodeSpoolDisk(folder).segments();
    const loose = [{ boot: BOOTS[0], tenant: 'globex' }];
    for (let run = 0; run < 2; run += 1) {
      const next = await open(BOOTS[1]);
      // Closed without outcomes of its calls. Another test covers the calls themselves.
      for (const { id } of next.unfinishedCalls)
        next.enqueue(outcome({ ...allowed(), record: { ...allowed().record, id } }));
      await next.flush();
      await next.append(head('acme'));
      await next.release(next.end);
      expect(next.unsigned).toEqual(loose);
      expect(await new NodeSpoolDisk(folder).segments()).toContain(numbers.at(-1));
    }
    const last = await open(BOOTS[1]);
    await last.append(head('globex'));
    expect((await everything(last)).at(-1)).toMatchObject({ kind: 'head', tenant: 'globex', seq: 3 });
    await last.release(last.end);
    expect(await new NodeSpoolDisk(folder).segments()).toEqual([last.end.segment]);
  });

  test('P5: a closed spool writes nothing: another process may own the folder', async () => {
    const spool = await open();
    const call = allowed();
    await spool.append(call);
    await spool.close();
    const before = await readdir(folder);
    await expect(spool.append(allowed())).rejects.toMatchObject({ code: 'record_unavailable' });
    spool.enqueue(outcome(call));
    await spool.flush();
    expect(await readdir(folder)).toEqual(before);
    expect((await open(BOOTS[1])).unfinishedCalls).toHaveLength(1);
  });

  test('P5: a place is valid if its segment exists, is of the same run, and is long enough', async () => {
    const spool = await open();
    await spool.append(allowed());
    const { end } = spool;
    expect([spool.writerOf(end.segment), spool.writerOf(end.segment + 1)]).toEqual([BOOTS[0], undefined]);
    await spool.close();
    const next = await open(BOOTS[1]);
    expect([next.holds(end, BOOTS[0]), next.holds(end, BOOTS[1])]).toEqual([true, false]);
    expect(next.holds({ ...end, offset: end.offset + 1 }, BOOTS[0])).toBe(false);
    await next.append(allowed('acme', BOOTS[1]));
    expect(next.holds(next.end, BOOTS[1])).toBe(true);
  });

  test('P5: the next run knows which chains of earlier runs are not signed', async () => {
    const spool = await open();
    for (const tenant of ['acme', 'globex', 'initech']) await spool.append(allowed(tenant));
    await spool.append(head('acme'));
    await spool.append(head('globex'));
    await spool.append(allowed('globex'));
    const unsigned = ['globex', 'initech'].map((tenant) => ({ boot: BOOTS[0], tenant }));
    expect(spool.unsigned).toEqual(expect.arrayContaining(unsigned));
    await spool.close();
    const next = await open(BOOTS[1]);
    expect(next.unsigned).toHaveLength(2);
    expect(next.unsigned).toEqual(expect.arrayContaining(unsigned));
    const signed = (await everything(next)).filter((record) => record.kind === 'head');
    const publicKey = exportEd25519PublicKey(bench.identity.publicKey);
    expect(signed.map((record) => [record.seq, isSignedBy(record, publicKey)])).toEqual([
      [2, true],
      [2, true],
    ]);
  });

  test('P5: if the folder is removed, the waiting call is refused; for the next call the folder is created again', async () => {
    const spool = await open();
    await spool.append(allowed());
    await rm(folder, { recursive: true });
    await expect(spool.append(allowed())).rejects.toMatchObject({ code: 'record_unavailable' });
    await spool.append(allowed());
    expect(await everything(spool)).toHaveLength(1);
  });

  test('P5: if another folder is mounted over it, the waiting call is refused too', async () => {
    const spool = await open();
    await spool.append(allowed());
    await rename(folder, `${folder}-below`);
    await cp(`${folder}-below`, folder, { recursive: true });
    try {
      await expect(spool.append(allowed())).rejects.toMatchObject({ code: 'record_unavailable' });
      await spool.append(allowed());
      expect(await everything(spool)).toHaveLength(2);
    } finally {
      await rm(`${folder}-below`, { recursive: true });
    }
  });

  test('P5: if the folder is moved away, the waiting call is refused: its bytes would be in a folder that no one reads', async () => {
    const spool = await open();
    await spool.append(allowed());
    await rename(folder, `${folder}-elsewhere`);
    try {
      await expect(spool.append(allowed())).rejects.toMatchObject({ code: 'record_unavailable' });
      const after = allowed();
      await spool.append(after);
      expect((await everything(await open(BOOTS[1]))).map(({ id }) => id)).toEqual([after.record.id]);
    } finally {
      await rm(`${folder}-elsewhere`, { recursive: true });
    }
  });
});
