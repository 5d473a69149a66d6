import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccessRecord,
  placeInChain,
  type RunEnd,
  recordHash,
  signRecord,
} from '@countersign/gateway-protocol';
import type { RecordDraft, SpoolLane } from '../../apps/gateway/src/records/spool/record-chains.js';
import { jsonOf } from '../../apps/gateway/src/records/spool/record-lines.js';
import type { SpoolPlace } from '../../apps/gateway/src/records/spool/segments.js';
import { Spool } from '../../apps/gateway/src/records/spool/spool.js';
import type { SegmentFile, SpoolDisk } from '../../apps/gateway/src/records/spool/spool-disk.js';
import { NodeSpoolDisk } from '../../apps/gateway/src/records/spool/spool-disk.js';
import { BOOTS } from '../factories/spool-drafts.js';

export const START: SpoolPlace = { segment: 0, offset: 0 };
export const MIB = 1024 * 1024;

/** A folder with the spools that a test opens on it one after another, and what they reported. */
export class SpoolBench {
  readonly identity = generateKeyPairSync('ed25519');
  readonly faults: unknown[] = [];
  readonly dropped: RecordDraft[] = [];
  private readonly opened: Spool[] = [];

  private constructor(readonly folder: string) {}

  static async make(): Promise<SpoolBench> {
    return new SpoolBench(await mkdtemp(join(tmpdir(), 'spool-')));
  }

  async open(
    boot: string = BOOTS[0],
    disk: SpoolDisk = new NodeSpoolDisk(this.folder),
    maxBytes = 64 * MIB,
    lane?: SpoolLane,
  ): Promise<Spool> {
    const spool = await this.openDying(boot, disk, maxBytes, lane);
    this.opened.push(spool);
    return spool;
  }

  /** A spool whose process dies: nothing closes it. */
  openDying(boot: string, disk: SpoolDisk, maxBytes = 64 * MIB, lane?: SpoolLane): Promise<Spool> {
    return Spool.open({
      disk,
      boot,
      maxBytes,
      lane,
      sign: (record) => signRecord(record, this.identity.privateKey),
      onFault: (error) => this.faults.push(error),
      onDropped: (draft) => this.dropped.push(draft),
    });
  }

  async close(): Promise<void> {
    for (const spool of this.opened.splice(0)) await spool.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A disk whose appends or creations fail while a fault is set. `torn` leaves half of the bytes. */
export class FaultyDisk implements SpoolDisk {
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
  keepReserve = (bytes: number) => this.inner.keepReserve(bytes);
  useReserve = () => this.inner.useReserve();
  async probe(): Promise<void> {
    if (this.fault !== undefined) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    await this.inner.probe();
  }
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

/** Segments in memory, for tests that open thousands of spools. */
export class MemoryDisk implements SpoolDisk {
  private readonly files = new Map<number, Buffer>();

  constructor(first: Buffer) {
    this.files.set(1, first);
  }

  segments = async () => [...this.files.keys()].sort((a, b) => a - b);
  size = async (segment: number) => this.bytes(segment).length;
  read = async (segment: number, offset: number, length: number) =>
    this.bytes(segment).subarray(offset, offset + length);
  remove = async (segment: number) => void this.files.delete(segment);
  keepReserve = async () => undefined;
  useReserve = async () => false;
  probe = async () => undefined;

  async create(segment: number): Promise<SegmentFile> {
    if (this.files.has(segment)) throw Object.assign(new Error('there already'), { code: 'EEXIST' });
    this.files.set(segment, Buffer.alloc(0));
    return {
      append: async (bytes) => void this.files.set(segment, Buffer.concat([this.bytes(segment), bytes])),
      close: async () => undefined,
    };
  }

  private bytes(segment: number): Buffer {
    const bytes = this.files.get(segment);
    if (bytes === undefined) throw Object.assign(new Error('no such segment'), { code: 'ENOENT' });
    return bytes;
  }
}

/** Everything that would be shipped, in order. */
export async function everything(spool: Spool): Promise<AccessRecord[]> {
  const records: AccessRecord[] = [];
  let place = START;
  for (
    let piece = await spool.nextBatch(place, MIB);
    piece !== undefined;
    piece = await spool.nextBatch(place, MIB)
  ) {
    for (const line of piece.records)
      records.push((JSON.parse(jsonOf(line)) as { record: AccessRecord }).record);
    place = piece.next;
  }
  return records;
}

/** Fails if a record does not follow the one before it in its chain, or a first record the one before it in its tenant. */
export function expectChained(records: readonly AccessRecord[]): void {
  const heads = new Map<string, { seq: number; hash: string }>();
  const newest = new Map<string, RunEnd>();
  for (const record of records) {
    const chain = `${record.boot} ${record.tenant}`;
    expect(placeInChain(heads.get(chain), record)).toBe('next');
    if (record.seq === 1) expect(record.previous).toEqual(newest.get(record.tenant) ?? null);
    const { boot, seq } = record;
    heads.set(chain, { seq, hash: recordHash(record) });
    newest.set(record.tenant, { boot, seq, hash: recordHash(record) });
  }
}
