import { basename } from 'node:path';

/** A file of this gateway's own cannot be read whole. The message names it, and what is wrong with it. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
  readonly code = 'file_unreadable';

  /** `line`: at which line, where it is one of lines. */
  constructor(path: string, cause: unknown, line?: number) {
    const what = cause instanceof SyntaxError ? 'is no JSON' : cause instanceof Error ? cause.message : '';
    super(`${basename(path)}: ${line === undefined ? '' : `line ${line} `}${what}`, { cause });
  }
}

/** What the file system says itself names the file already. */
export const isFileSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  (error as NodeJS.ErrnoException | null)?.syscall !== undefined;
