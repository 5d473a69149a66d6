import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashesOf, type LogSource, TILE_WIDTH, type TileId, tilePath } from '@countersign/audit-log';
import { readCliEnvironment } from '@countersign/config';
import { readBody } from '../api/read-body.js';
import type { Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { readStoredLogin } from '../sign-in/credentials-file.js';

/** A checkpoint or a tile has far less; a bundle of 256 leaves of 64 KiB has 16 MiB. */
const MAX_BYTES = 17 * 2 ** 20;
const TIMEOUT_MS = 30_000;

/** A log that a server gives, by C2SP tlog-tiles. `prefix` has no slash at its end. */
export class HttpLog implements LogSource {
  /** @param credential sent with every call, so the caller has checked whose server it is; undefined sends none */
  constructor(
    private readonly prefix: string,
    private readonly credential: string | undefined,
  ) {}

  /** @throws CliError `log_unreachable`, `unauthenticated`, `bad_answer` */
  async read(path: string): Promise<Uint8Array | undefined> {
    const url = `${this.prefix}/${path}`;
    const headers = this.credential === undefined ? {} : { authorization: `Bearer ${this.credential}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let response: Response;
    try {
      response = await fetch(url, { headers, signal, redirect: 'error' });
    } catch (cause) {
      throw new CliError('log_unreachable', `${url} cannot be reached`, { cause });
    }
    if (response.ok) {
      const body = await readBody(response, MAX_BYTES);
      if (body !== undefined) return body;
      throw new CliError('bad_answer', `${url} answers more than a log has in one file`);
    }
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return undefined;
    if (response.status === 401 || response.status === 403)
      throw new CliError(
        'unauthenticated',
        `${url} requires a credential that may read the whole log (${response.status})`,
      );
    throw new CliError('bad_answer', `${url} answered ${response.status}`);
  }
}

/**
 * A log at an address. The caller's credential goes to the broker's own address alone.
 *
 * @throws ConfigError; CliError `credentials_exposed`, `credentials_unreadable`
 */
export function httpLog({ io }: Context, prefix: string): HttpLog {
  const { brokerUrl, apiKey, credentialsFile } = readCliEnvironment(io.env);
  const isBroker = new URL(prefix).origin === new URL(brokerUrl).origin;
  const credential = apiKey ?? readStoredLogin(credentialsFile, brokerUrl)?.credential;
  return new HttpLog(prefix.replace(/\/+$/, ''), isBroker ? credential : undefined);
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
   * The leaf hashes from `start`, a multiple of 256, to the end of the tile; none if the folder does not have it.
   *
   * @param size of the log that the folder mirrors
   */
  async leafHashes(start: number, size: number): Promise<Uint8Array[]> {
    const width = Math.min(TILE_WIDTH, size - start);
    const bytes = await this.read(tilePath({ level: 0, index: start / TILE_WIDTH, width }));
    return bytes?.length === width * 32 ? hashesOf(bytes) : [];
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

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
