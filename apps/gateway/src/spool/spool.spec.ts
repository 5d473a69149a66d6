import { generateKeyPairSync } from 'node:crypto';
import { appendFile, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccessRecord, placeInChain, recordHash, signRecord } from '@countersign/gateway-protocol';
import type { Draft } from './chains.js';
import type { SegmentFile, SpoolDisk } from './disk.js';
import { NodeSpoolDisk } from './node-disk.js';
import type { SpoolPlace } from './segments.js';
import { Spool } from './spool.js';

const BOOTS = ['01980000-0000-4000-8000-00000000000a', '01980000-0000-4000-8000-00000000000b'] as const;
const START: SpoolPlace = { segment: 0, offset: 0 };
const MIB = 1024 * 1024;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

let ids = 0;
const recordId = () => `rec_01980000-0000-7000-8000-${String(++ids).padStart(12, '0')}`;

function allowed(tenant = 'acme', boot: string = BOOTS[0], padding = 0): Draft {
  return {
    record: {
      v: 1,
      kind: 'allowed',
      id: recordId(),
      gateway: 'gtw_01980000-0000-7000-8000-000000000001',
      boot,
      tenant,
      at: '2026-11-24T15:00:00.000Z',
      grant: 'grt_01980000-0000-7000-8000-000000000001',
      digest: `sha256:${'d'.repeat(64)}`,
      request: 'req_01980000-0000-7000-8000-000000000001',
      service: 'billing',
      person: 'usr_01980000-0000-7000-8000-000000000001',
      method: 'GET',
      path: `c1:${'A'.repeat(43)}`,
      mode: 'gateway',
      route: '/x',
      resource: 'x',
      action: `read${'x'.repeat(padding)}`,
    },
    openings: { path: { value: '/x', salt: 'A'.repeat(43) } },
  };
}

function outcome(of: Draft): Draft {
  const { v, id, gateway, boot, tenant, at } = of.record;
  return {
    record: {
      v,
      kind: 'outcome',
      id,
      gateway,
      boot,
      tenant,
      at,
      status: 200,
      bytes: 1,
      bodySha256: null,
      durationMs: 1,
      outcome: 'completed',
    },
    openings: {},
  };
}

/** A disk whose appends, creations or reads fail as long as a fault is set; `torn` leaves half of the bytes. */
class FaultyDisk implements SpoolDisk {
  fault: { in: 'append' | 'create'; torn?: boolean } | undefined;
  syncs = 0;
  private readonly inner: SpoolDisk;
  constructor(folder: string) {
    this.inner = new NodeSpoolDisk(folder);
  }
  segments = () => this.inner.segments();
  size = (segment: number) => this.inner.size(segment);
  read = (segment: number, offset: number, length: number) => this.inner.read(segment, offset, length);
  remove = (segment: number) => this.inner.remove(segment);
  async create(segment: number): Promise<SegmentFile> {
    if (this.fault?.in === 'create') throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const file = await this.inner.create(segment);
    return {
      append: async (bytes) => {
        this.syncs++;
        if (this.fault?.in !== 'append') return file.append(bytes);
        if (this.fault.torn) await file.append(bytes.subarray(0, bytes.length / 2));
        else await file.append(bytes);
        throw Object.assign(new Error('fsync failed'), { code: 'EIO' });
      },
      close: () => file.close(),
    };
  }
}

const identity = generateKeyPairSync('ed25519');
let faults: unknown[] = [];
let dropped: Draft[] = [];
beforeEach(() => {
  faults = [];
  dropped = [];
});

const opened: Spool[] = [];
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close();
});
async function open(
  boot: string = BOOTS[0],
  disk: SpoolDisk = new NodeSpoolDisk(folder),
  maxBytes = 64 * MIB,
) {
  const spool = await Spool.open({
    disk,
    boot,
    maxBytes,
    sign: (record) => signRecord(record, identity.privateKey),
    onFault: (error) => faults.push(error),
    onDropped: (draft) => dropped.push(draft),
  });
  opened.push(spool);
  return spool;
}

/** Everything that would be shipped, in order. */
async function everything(spool: Spool): Promise<AccessRecord[]> {
  const records: AccessRecord[] = [];
  let place = START;
  for (
    let piece = await spool.piece(place, MIB);
    piece !== undefined;
    piece = await spool.piece(place, MIB)
  ) {
    for (const line of piece.records)
      records.push((JSON.parse(line.json) as { record: AccessRecord }).record);
    place = piece.next;
  }
  return records;
}

function expectChained(records: readonly AccessRecord[]): void {
  const heads = new Map<string, { seq: number; hash: string }>();
  for (const record of records) {
    const chain = `${record.boot} ${record.tenant}`;
    expect(placeInChain(heads.get(chain), record)).toBe('next');
    heads.set(chain, { seq: record.seq, hash: recordHash(record) });
  }
}

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

  test('many calls that wait at once share one sync', async () => {
    const disk = new FaultyDisk(folder);
    const spool = await open(BOOTS[0], disk);
    await spool.append(allowed());
    const before = disk.syncs;
    await Promise.all(Array.from({ length: 200 }, () => spool.append(allowed())));
    expect(disk.syncs - before).toBe(1);
    expect(await everything(spool)).toHaveLength(201);
  });

  test('P5: a torn tail is skipped, all before it kept, and the next boot goes on', async () => {
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

  test('a tail cut at any byte keeps the whole lines before the cut', async () => {
    const spool = await open();
    await spool.append(allowed());
    await spool.append(allowed());
    await spool.close();
    const disk = new NodeSpoolDisk(folder);
    const size = await disk.size(1);
    const [name] = await readdir(folder);
    for (const cut of [size - 1, size - 2, size - 200]) {
      await truncate(join(folder, name!), cut);
      const next = await open(BOOTS[1]);
      expect(await everything(next)).toHaveLength(1);
      await next.close();
    }
  });

  test('P5: calls without an outcome are found at the next boot, those with one are not', async () => {
    const spool = await open();
    const [first, second] = [allowed(), allowed('globex')];
    await spool.append(first);
    await spool.append(second);
    await spool.append(outcome(first));
    await spool.close();
    const next = await open(BOOTS[1]);
    expect(next.left).toEqual([{ boot: BOOTS[0], tenant: 'globex', id: second.record.id }]);
    next.note(outcome(second));
    await next.append(allowed('acme', BOOTS[1]));
    const read = await everything(next);
    expectChained(read);
    expect(read.find(({ id, kind }) => id === second.record.id && kind === 'outcome')).toMatchObject({
      boot: BOOTS[0],
      seq: 2,
    });
    expect((await open(BOOTS[1])).left.map(({ boot }) => boot)).toEqual([BOOTS[1]]);
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

  test('an outcome that the disk did not take is written with the next call, and no segment piles up meanwhile', async () => {
    const disk = new FaultyDisk(folder);
    const spool = await open(BOOTS[0], disk);
    const call = allowed();
    await spool.append(call);
    disk.fault = { in: 'append' };
    spool.note(outcome(call));
    for (let i = 0; i < 20; i++) await expect(spool.append(allowed())).rejects.toThrow();
    disk.fault = undefined;
    await spool.append(allowed());
    const read = await everything(spool);
    expectChained(read);
    expect(read.map(({ kind }) => kind).sort()).toEqual(['allowed', 'allowed', 'outcome']);
    expect((await readdir(folder)).length).toBeLessThanOrEqual(3);
  });

  test('P5: a full spool refuses calls, still takes outcomes, and takes calls again once the broker has some', async () => {
    const spool = await open(BOOTS[0], new NodeSpoolDisk(folder), MIB);
    const sent: Draft[] = [];
    const fill = async () => {
      for (;;) {
        const draft = allowed('acme', BOOTS[0], 200);
        await spool.append(draft);
        sent.push(draft);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'record_unavailable' });
    expect(spool.usedBytes).toBeLessThan(MIB);
    spool.note(outcome(sent[0]!));
    await expect(spool.append(allowed())).rejects.toThrow();
    const piece = await spool.piece(START, 512 * 1024);
    expect((await everything(spool)).at(-1)).toMatchObject({ kind: 'outcome', id: sent[0]!.record.id });
    await spool.release({ segment: piece!.next.segment + 3, offset: 0 });
    await spool.append(allowed());
  });

  test('a new segment carries heads and open calls, so that the ones before may go', async () => {
    const spool = await open(BOOTS[0], new NodeSpoolDisk(folder), MIB);
    const drafts = Array.from({ length: 400 }, () => allowed('acme', BOOTS[0], 200));
    for (const draft of drafts) await spool.append(draft);
    for (const draft of drafts.slice(1)) spool.note(outcome(draft));
    await spool.append(allowed('globex'));
    const numbers = await new NodeSpoolDisk(folder).segments();
    expect(numbers.length).toBeGreaterThan(2);
    await spool.release({ segment: numbers.at(-1)!, offset: 0 });
    await spool.close();
    expect(await new NodeSpoolDisk(folder).segments()).toEqual([numbers.at(-1)]);
    const next = await open(BOOTS[1]);
    expect(next.left.map(({ id }) => id)).toContain(drafts[0]!.record.id);
    expect(next.left).toHaveLength(2);
    next.note(outcome(drafts[0]!));
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
    await next.release({ segment: 2, offset: 0 });
    expect(await new NodeSpoolDisk(folder).segments()).toEqual([2]);
  });

  test('P5: with the folder taken away the waiting call is refused; the next one finds a folder made again', async () => {
    const spool = await open();
    await spool.append(allowed());
    await rm(folder, { recursive: true });
    await expect(spool.append(allowed())).rejects.toMatchObject({ code: 'record_unavailable' });
    await spool.append(allowed());
    expect(await everything(spool)).toHaveLength(1);
  });
});
