import { open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@countersign/gateway-protocol';
import type { Clock } from '../../clock.js';
import { jsonOf, type RecordLine } from '../spool/record-lines.js';

const FILE = 'quarantine.jsonl';

type Identified = Pick<RecordLine, 'boot' | 'tenant' | 'seq'>;

const nameOf = ({ boot, tenant, seq }: Identified) => `${boot} ${tenant} ${seq}`;

/**
 * Records that the broker rejects for good. They are set aside on disk, whole, one JSON object a line (`{boot, tenant,
 * seq, code, entry}`), so that they do not block others. The gateway never removes any.
 */
export class Quarantine {
  private constructor(
    private readonly folder: string,
    private readonly names: Set<string>,
    private length: number,
  ) {}

  /** Reads what was set aside. A torn last line is cut off. Throws the file system's error. */
  static async load(folder: string): Promise<Quarantine> {
    const bytes = await readFile(join(folder, FILE)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return Buffer.alloc(0);
    });
    const length = bytes.lastIndexOf(10) + 1;
    if (length < bytes.length) await truncate(join(folder, FILE), length);
    const lines = bytes.toString('utf8', 0, length).split('\n').slice(0, -1);
    return new Quarantine(
      folder,
      new Set(lines.map((line) => nameOf(JSON.parse(line) as Identified))),
      length,
    );
  }

  get count(): number {
    return this.names.size;
  }

  get bytes(): number {
    return this.length;
  }

  has(line: Identified): boolean {
    return this.names.has(nameOf(line));
  }

  /** Whether a record of this run was set aside. */
  hasOfRun(boot: string): boolean {
    for (const name of this.names) if (name.startsWith(`${boot} `)) return true;
    return false;
  }

  /**
   * Resolves when the record is on disk. Throws the file system's error; then what was written of it is cut off again.
   */
  async put(line: RecordLine, code: string): Promise<void> {
    const { boot, tenant, seq } = line;
    const members = JSON.stringify({ boot, tenant, seq, code }).slice(0, -1);
    const text = Buffer.from(`${members},"entry":${jsonOf(line)}}\n`, 'utf8');
    const path = join(this.folder, FILE);
    try {
      const file = await open(path, 'a', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await truncate(path, this.length).catch(() => undefined);
      throw error;
    }
    await syncFolder(this.folder);
    this.length += text.length;
    this.names.add(nameOf({ boot, tenant, seq }));
  }
}

/**
 * How long the broker may reject a record before it is set aside. A rollout or a wrong setting is repaired in that
 * time.
 */
export const MAX_REFUSED_MS = 10 * 60_000;
/** For this long after a record was set aside, further rejected records of its tenant are set aside at once. */
const MEMORY_MS = 24 * 60 * 60_000;

/**
 * Decides when a rejected record is given up. The first rejected record of a tenant blocks all others for ten minutes.
 * Further ones of that tenant are given up at once, until none was rejected for a day. So a broker that rejects
 * everything is not believed at once, and a tenant whose records it cannot accept blocks the others only once.
 */
export class PoisonRecordPolicy {
  private waitingFor: { id: string; since: number } | undefined;
  private readonly endedAt = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** Whether to give up this record, which was rejected just now. */
  shouldGiveUp({ tenant, id }: Pick<RecordLine, 'tenant' | 'id'>): boolean {
    const now = this.clock.monotonic();
    if (this.waitingFor?.id !== id) this.waitingFor = { id, since: now };
    const endedAt = this.endedAt.get(tenant) ?? Number.NEGATIVE_INFINITY;
    if (now - endedAt >= MEMORY_MS && now - this.waitingFor.since < MAX_REFUSED_MS) return false;
    this.endedAt.set(tenant, now);
    return true;
  }
}
