import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';

/** One of the files cannot be read. `message` names the file as its owner does, and the rule; never what is in it. */
export class WatchedFileUnreadable extends Error {
  override readonly name = 'WatchedFileUnreadable';
}

/** More than any certificate with its chain, or any list of authorities that Node itself has. */
const MAX_BYTES = 1024 * 1024;

/**
 * A few small files that belong together, such as a certificate and its key. Reading blocks: it takes microseconds, and
 * happens when the files are first used and when one of them has changed.
 */
export class WatchedFiles<Name extends string> {
  private seen: string | undefined;

  /** @param paths by the names that the messages use */
  constructor(private readonly paths: Readonly<Partial<Record<Name, string>>>) {}

  /**
   * The contents at the first call, and then whenever a file was replaced, changed, removed or came back. Otherwise
   * undefined. A file that changes while it is read is read again at the next call. Throws WatchedFileUnreadable, once for
   * each such change.
   */
  readIfChanged(): Partial<Record<Name, string>> | undefined {
    const files = Object.entries(this.paths) as [Name, string][];
    const now = files.map(([, path]) => versionOf(path)).join(' ');
    if (now === this.seen) return undefined;
    this.seen = now;
    const contents: Partial<Record<Name, string>> = {};
    for (const [name, path] of files) contents[name] = readSmallFile(name, path);
    return contents;
  }
}

/** Changes with the file behind the name. Follows links: secrets that are mounted are replaced by changing a link. */
function versionOf(path: string): string {
  try {
    const found = statSync(path, { bigint: true });
    return `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`;
  } catch (error) {
    // Whatever keeps the file from being found is reported when it is read.
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

function readSmallFile(name: string, path: string): string {
  let file: number | undefined;
  try {
    // Non-blocking: opening a pipe would wait for a writer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(file);
    if (!found.isFile()) throw new WatchedFileUnreadable(`${name} is not a regular file`);
    if (found.size > MAX_BYTES) throw new WatchedFileUnreadable(`${name} is larger than ${MAX_BYTES} bytes`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof WatchedFileUnreadable) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new WatchedFileUnreadable(`${name} cannot be read (${code ?? 'unknown'})`, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
