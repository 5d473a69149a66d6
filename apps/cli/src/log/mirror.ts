import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LogSource, parseTilePath, TILE_WIDTH, type TileId } from '@countersign/audit-log';
import { readCliEnvironment } from '@countersign/config';
import { Semaphore } from '@countersign/runtime';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { Progress } from '../terminal/progress.js';
import { formatFacts } from '../terminal/text.js';
import { FolderLog, type HttpLog, httpLog, isMissing } from './log-source.js';
import { readPoint, readVerifierKey, verifyWithProgress, writePoint } from './verification.js';

export type MirrorOptions = { tenant?: string; vkey?: string; openings: boolean };

const STATE = 'state.json';
const KEY = 'vkey';
const AT_ONCE = 8;

/**
 * Copies a log into a folder and verifies it on the way. A further run fetches and verifies only what is new; a run that
 * was interrupted keeps the full tiles that it has. Nothing of a log that does not verify becomes the folder's checkpoint.
 *
 * @throws CliError with the code of the first fault (exit 1)
 */
export async function mirrorLog(context: Context, folder: string, options: MirrorOptions): Promise<Answer> {
  const slug = await chooseLog(context, options.tenant);
  const { brokerUrl } = readCliEnvironment(context.io.env);
  const remote = httpLog(context, `${brokerUrl}/log/${slug}`);
  await mkdir(folder, { recursive: true });
  const key = readVerifierKey(await pinnedKey(context, folder, remote, options.vkey));
  const since = await readPoint(join(folder, STATE));
  const source = new MirroringLog(folder, remote);
  const { point } = await verifyWithProgress(context.io, source, { key, since, structureOnly: false });
  if (options.openings) await fetchOpenings(context, folder, remote, since?.size ?? 0, point.size);
  await source.keepCheckpoint();
  await writePoint(join(folder, STATE), point);
  const added = point.size - (since?.size ?? 0);
  return {
    document: { verified: true, folder, origin: point.origin, size: point.size, root: point.root, added },
    text: formatFacts([
      ['verified', 'yes'],
      ['folder', folder],
      ['log', point.origin],
      ['leaves', `${point.size} (${added} new)`],
      ['root', point.root],
    ]),
  };
}

/** The caller's own tenant. The vendor's auditors say which. */
async function chooseLog(context: Context, tenant: string | undefined): Promise<string> {
  if (tenant !== undefined) return tenant;
  const me = await fetchMe(await context.api());
  if (me.tenant === null) throw usageError('say whose log: --tenant SLUG');
  return me.tenant;
}

/** The key that this folder trusts: the one it was begun with. */
async function pinnedKey(
  context: Context,
  folder: string,
  remote: HttpLog,
  vkey: string | undefined,
): Promise<string> {
  const file = join(folder, KEY);
  const known = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (known !== undefined && vkey !== undefined && vkey.trim() !== known.trim())
    throw new CliError('vkey_differs', `The key is not the one that ${file} was begun with.`);
  if (known !== undefined) return known;
  const served = vkey ?? Buffer.from((await remote.read('vkey')) ?? []).toString('utf8');
  const key = served.trim();
  if (vkey === undefined)
    context.note(
      `This is the first run, so the key is the one that the broker gives. Compare it with your anchor file:\n  ${key}`,
    );
  await writeFile(file, `${key}\n`, { mode: 0o600 });
  return key;
}

/** A log that is read from its server and kept in a folder. Full tiles that are there already are not fetched again. */
class MirroringLog implements LogSource {
  readonly #local: FolderLog;
  #checkpoint: Uint8Array | undefined;

  constructor(
    private readonly folder: string,
    private readonly remote: HttpLog,
  ) {
    this.#local = new FolderLog(folder);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    if (path === 'checkpoint') {
      this.#checkpoint = await this.remote.read(path);
      return this.#checkpoint;
    }
    const isFull = parseTilePath(path)?.width === TILE_WIDTH;
    const kept = isFull ? await this.#local.read(path) : undefined;
    if (kept !== undefined) return kept;
    const bytes = await this.remote.read(path);
    if (bytes !== undefined) await save(join(this.folder, path), bytes);
    return bytes;
  }

  partialWidths(tile: Omit<TileId, 'width'>): Promise<number[]> {
    return this.#local.partialWidths(tile);
  }

  /** Last: a folder whose checkpoint is there has everything that it covers. */
  async keepCheckpoint(): Promise<void> {
    if (this.#checkpoint !== undefined) await save(join(this.folder, 'checkpoint'), this.#checkpoint);
  }
}

async function save(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.tmp`, bytes);
  await rename(`${file}.tmp`, file);
}

/** The values behind the commitments of the new leaves, except those that have been erased. */
async function fetchOpenings(
  context: Context,
  folder: string,
  remote: HttpLog,
  from: number,
  to: number,
): Promise<void> {
  const progress = new Progress(context.io);
  let done = from;
  progress.waiting(() => `${done} of ${to} leaves with their openings`);
  const places = new Semaphore(AT_ONCE);
  const indices = Array.from({ length: to - from }, (_, at) => from + at);
  try {
    await Promise.all(
      indices.map((index) =>
        places.run(async () => {
          const bytes = await remote.read(`openings/${index}`);
          if (bytes !== undefined) await save(join(folder, 'openings', String(index)), bytes);
          done += 1;
        }),
      ),
    );
  } finally {
    progress.end();
  }
}
