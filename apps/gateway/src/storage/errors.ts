import { basename } from 'node:path';

/** One of the gateway's own files cannot be read whole. The message names the file and the reason. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
  readonly code = 'file_unreadable';

  /** `line`: the number of the bad line, if the file consists of lines. */
  constructor(path: string, cause: unknown, line?: number) {
    const what = cause instanceof SyntaxError ? 'is not JSON' : cause instanceof Error ? cause.message : '';
    super(`${basename(path)}: ${line === undefined ? '' : `line ${line} `}${what}`, { cause });
  }
}

/** The current lines exceed the file's limit. They must not be written, because the file could not be read again. */
export class LineFileFull extends Error {
  override readonly name = 'LineFileFull';
  readonly code = 'file_full';
}

/** The file system's own messages already name the file. */
export const isFileSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  (error as NodeJS.ErrnoException | null)?.syscall !== undefined;
