import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashesOf, type LogSource, type TileId, tilePath } from '@countersign/audit-log';
import { readCliEnvironment } from '@countersign/config';
import { TILE_WIDTH } from '@countersign/contract';
import { type BackOffPolicy, backOffDelay, sleep } from '@countersign/runtime';
import { readBody } from '../api/read-body.js';
import type { Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { readStoredLogin } from '../sign-in/credentials-file.js';
import type { TreeHashes } from './tree-difference.js';

/** A checkpoint or a tile has far less; a bundle of 256 leaves of 64 KiB has 16 MiB. */
const MAX_BYTES = 17 * 2 ** 20;
const TIMEOUT_MS = 30_000;

/** So often a file is requested before the command gives up: with `RETRY`, over about two minutes. */
const MOST_ATTEMPTS = 8;
const RETRY: BackOffPolicy = { firstMs: 1_000, longestMs: 60_000 };
/** The server has no time now, or a proxy before it does not reach it. */
const TEMPORARY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The server did not give a file this time. It says nothing about the log. `waitMs` is what the server asks for. */
type Failure = { detail: string; waitMs?: number | undefined; cause?: unknown };

/**
 * A log that a server gives, by C2SP tlog-tiles. A server that is busy or goes away is given time: the same file is requested
 * again, so nothing that was read before is lost.
 */
export class HttpLog implements LogSource {
  #hasAnswered = false;
  /** All readers share one pause: they are turned away together. */
  #pause: Promise<void> | undefined;

  /**
   * @param prefix without a slash at its end
   * @param credential sent with every call, so the caller has checked whose server it is; undefined sends none
   * @param note prints a line for people
   */
  constructor(
    private readonly prefix: string,
    private readonly credential: string | undefined,
    private readonly note: (text: string) => void,
    private readonly retry: BackOffPolicy,
  ) {}

  /** @throws CliError `log_unreachable`, `unauthenticated`, `bad_answer` */
  async read(path: string): Promise<Uint8Array | undefined> {
    const url = `${this.prefix}/${path}`;
    for (let attempt = 1; ; attempt += 1) {
      await this.#pause;
      const read = await this.attempt(url);
      if (!('detail' in read)) return read.bytes;
      const { detail, cause } = read;
      // An address that never answered is probably wrong.
      if (!this.#hasAnswered) throw new CliError('log_unreachable', detail, { cause });
      if (attempt === MOST_ATTEMPTS)
        throw new CliError(
          'log_unreachable',
          `${detail}, after ${attempt} attempts. That says nothing about the log. Run the command again later.`,
          { cause },
        );
      this.#pause ??= this.waitAfter(read, attempt).finally(() => {
        this.#pause = undefined;
      });
    }
  }

  private async waitAfter({ detail, waitMs }: Failure, attempt: number): Promise<void> {
    const wait = Math.min(waitMs ?? backOffDelay(attempt, this.retry), RETRY.longestMs);
    this.note(`${detail}. Trying again in ${Math.ceil(wait / 1_000)} s …`);
    await sleep(wait);
  }

  /** @throws CliError `unauthenticated`, `bad_answer`: another attempt would not help */
  private async attempt(url: string): Promise<{ bytes: Uint8Array | undefined } | Failure> {
    const headers = this.credential === undefined ? {} : { authorization: `Bearer ${this.credential}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let response: Response;
    let body: Uint8Array | undefined;
    try {
      response = await fetch(url, { headers, signal, redirect: 'error' });
      this.#hasAnswered = true;
      if (response.ok) body = await readBody(response, MAX_BYTES);
      else await response.body?.cancel();
    } catch (cause) {
      return { detail: `${url} cannot be reached`, cause };
    }
    const { status } = response;
    if (body !== undefined) return { bytes: body };
    if (response.ok) throw new CliError('bad_answer', `${url} answers more than a log has in one file`);
    if (status === 404 || status === 410) return { bytes: undefined };
    if (status === 401 || status === 403)
      throw new CliError(
        'unauthenticated',
        `${url} requires a credential that may read the whole log (${status})`,
      );
    if (TEMPORARY.has(status))
      return { detail: `${url} answered ${status}`, waitMs: retryAfterMs(response.headers) };
    throw new CliError('bad_answer', `${url} answered ${status}`);
  }
}

/** Seconds in `Retry-After`; a date there is ignored, because the clocks may differ. */
function retryAfterMs(headers: Headers): number | undefined {
  const seconds = headers.get('retry-after');
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
}

/**
 * A log at an address. The caller's credential goes to the broker's own address alone.
 *
 * @throws ConfigError; CliError `credentials_exposed`, `credentials_unreadable`
 */
export function httpLog(context: Context, prefix: string, retry = RETRY): HttpLog {
  const { brokerUrl, apiKey, credentialsFile } = readCliEnvironment(context.io.env);
  const isBroker = new URL(prefix).origin === new URL(brokerUrl).origin;
  const credential = apiKey ?? readStoredLogin(credentialsFile, brokerUrl)?.credential;
  const note = (text: string) => context.note(text);
  return new HttpLog(prefix.replace(/\/+$/, ''), isBroker ? credential : undefined, note, retry);
}

/** Whether a place is a server's address. Anything else is a folder. */
export const isAddress = (place: string): boolean => /^https?:\/\//.test(place);

/** The log at an address or in a folder. @throws CliError `invalid_usage` for an address that cannot be parsed; those of `httpLog` */
export function logAt(context: Context, place: string): HttpLog | FolderLog {
  if (!isAddress(place)) return new FolderLog(place);
  if (!URL.canParse(place)) throw usageError(`${place} is not an address`);
  return httpLog(context, place);
}

/** A log in a folder, as `log mirror` and other followers keep it. */
export class FolderLog implements LogSource {
  constructor(private readonly folder: string) {}

  /** @throws CliError `cannot_open` (exit 2) for a file that is there and cannot be read */
  async read(path: string): Promise<Buffer | undefined> {
    return readIfThere(join(this.folder, path));
  }

  /**
   * The hashes of the log's tree, as `firstDifference` compares them; none of a tile that the folder does not have.
   *
   * @param size of the log that the folder mirrors
   */
  hashes(size: number): TreeHashes {
    return async (level, from, to) => {
      const index = Math.floor(from / TILE_WIDTH);
      const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH);
      const bytes = await this.read(tilePath({ level, index, width }));
      if (bytes?.length !== width * 32) return [];
      return hashesOf(bytes).slice(from - index * TILE_WIDTH, to - index * TILE_WIDTH);
    };
  }

  async partialWidths({ level, index }: Omit<TileId, 'width'>): Promise<number[]> {
    const full = join(this.folder, tilePath({ level, index, width: TILE_WIDTH }));
    try {
      const names = await readdir(`${full}.p`);
      return names.filter((name) => /^[1-9]\d{0,2}$/.test(name) && Number(name) < TILE_WIDTH).map(Number);
    } catch (error) {
      if (isMissing(error)) return [];
      throw cannotOpenError(dirname(full), error);
    }
  }
}

/** The bytes of a file; undefined if there is none. @throws CliError `cannot_open` (exit 2) */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw cannotOpenError(file, error);
  }
}

/** Whether the file system says that there is no such file. */
export const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
