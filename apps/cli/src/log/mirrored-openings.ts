import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeafOpenings, LeafOpeningsPage } from '@countersign/api';
import type { LogSource } from '@countersign/audit-log';
import { SEAL } from '@countersign/contract';
import { isMissing, readIfThere } from './log-source.js';
import { saveFile } from './verification.js';

/** What a server says of one leaf: `openings/{index}`. */
type File = Pick<LeafOpenings, 'index' | 'openings'> & Partial<Pick<LeafOpenings, 'erased'>>;

type Options = {
  folder: string;
  /** The log's server. */
  remote: LogSource;
  /** The folder's tiles and bundles, which were verified. */
  verified: LogSource;
  /** Files of leaves from here on may be those of a run that was interrupted. */
  from: number;
  /** Whether files that are there count. */
  resume: boolean;
  /** How many leaves the folder has. */
  size: number;
  /** False for a log of which this reader may see more values later than now. */
  isComplete: boolean;
};

/**
 * The openings of a log as its server gives them now. What is new is kept in the folder on the way. What the folder has stays, also
 * if the server has erased or changed it since.
 */
export class MirroredOpenings implements LogSource {
  #names: Promise<ReadonlySet<string>> | undefined;

  constructor(private readonly options: Options) {}

  async read(path: string): Promise<Uint8Array | undefined> {
    if (!path.startsWith('openings')) return this.options.verified.read(path);
    const bytes = await this.options.remote.read(path);
    for (const file of filesOf(bytes)) if (file.index < this.options.size) await this.keep(file);
    return bytes;
  }

  private async keep(file: File): Promise<void> {
    const { folder, from, resume } = this.options;
    const { index } = file;
    const isOld = index < from;
    if (isOld && !this.mayBeNew(file) && (await this.names()).has(String(index))) return;
    const path = join(folder, 'openings', String(index));
    const known = resume || isOld ? readFile(await readIfThere(path)) : undefined;
    const openings = { ...file.openings, ...known?.openings };
    if (known !== undefined && Object.keys(openings).length === Object.keys(known.openings).length) return;
    await saveFile(path, JSON.stringify({ ...file, openings }));
  }

  /** A seal opens twelve months after its leaf; a service may be opened to a tenant at any time. */
  private mayBeNew({ openings }: File): boolean {
    return !this.options.isComplete || Object.hasOwn(openings, SEAL);
  }

  /** The files that the folder had. */
  private names(): Promise<ReadonlySet<string>> {
    this.#names ??= readdir(join(this.options.folder, 'openings')).then(
      (names) => new Set(names),
      (error: unknown) => {
        if (isMissing(error)) return new Set();
        throw error;
      },
    );
    return this.#names;
  }
}

/** The leaves of an answer: one, or many. None of what is not in this form: the verifier says so. */
function filesOf(bytes: Uint8Array | undefined): File[] {
  const answer = parse(bytes) as Partial<LeafOpeningsPage> | undefined;
  const leaves: unknown[] = Array.isArray(answer?.leaves) ? answer.leaves : [answer];
  return leaves.filter(isFile);
}

/** A file of a folder. Undefined for the page of a proxy, which an earlier run may have kept. */
function readFile(bytes: Uint8Array | undefined): File | undefined {
  const file = parse(bytes);
  return isFile(file) ? file : undefined;
}

function parse(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

const isFile = (value: unknown): value is File =>
  typeof value === 'object' &&
  value !== null &&
  Number.isSafeInteger((value as File).index) &&
  typeof (value as File).openings === 'object' &&
  (value as File).openings !== null;
