import { open, readFile } from 'node:fs/promises';
import { writeFileDurably } from '@countersign/gateway-protocol';

/** Lines beyond what is still needed before the file is written anew. */
const SPARE_LINES = 10_000;

/**
 * A file of JSON lines that grows by what is new, durably, and is written anew when most of it is outdated. The
 * caller knows what is in force: a later line stands for an earlier one about the same thing.
 */
export class LineFile {
  private waiting: string[] = [];
  private settling: Promise<void> | undefined;
  private written = 0;
  /** After a failed write nobody knows what the file's end is: then it is written anew, never appended to. */
  private sound = true;

  constructor(private readonly path: string) {}

  /**
   * Every line as unknown JSON; none where there is no file. A last line without its end was torn by a crash and was
   * never confirmed; anything else that is no JSON throws.
   */
  async read(): Promise<unknown[]> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const lines = text.split('\n');
    this.sound = lines.pop() === '';
    this.written = lines.length;
    return lines.map((each) => JSON.parse(each) as unknown);
  }

  add(line: object): void {
    this.waiting.push(`${JSON.stringify(line)}\n`);
  }

  /**
   * Resolves when all lines that were added before are durable. `current` gives the lines that are in force, should
   * the file be written anew. Rejects with the file system's error; the next call tries everything again.
   */
  async settle(current: () => Iterable<object>): Promise<void> {
    while (this.settling !== undefined) await this.settling.catch(() => undefined);
    if (this.waiting.length === 0) return;
    this.settling = this.write(current);
    try {
      await this.settling;
    } finally {
      this.settling = undefined;
    }
  }

  private async write(current: () => Iterable<object>): Promise<void> {
    const lines = this.waiting;
    this.waiting = [];
    const isFirst = this.written === 0;
    try {
      if (isFirst || !this.sound || this.isOutgrown(current)) await this.rewrite(current);
      else await this.append(lines);
    } catch (error) {
      this.sound = false;
      this.waiting = [...lines, ...this.waiting];
      throw error;
    }
  }

  /** Looked at seldom: only once the file has grown by as much as is kept at least. */
  private isOutgrown(current: () => Iterable<object>): boolean {
    if (this.written < this.nextLook) return false;
    let needed = 0;
    for (const _ of current()) needed += 1;
    this.nextLook = 2 * needed + SPARE_LINES;
    return this.written > this.nextLook;
  }
  private nextLook = SPARE_LINES;

  private async rewrite(current: () => Iterable<object>): Promise<void> {
    const lines = [...current()].map((each) => `${JSON.stringify(each)}\n`);
    await writeFileDurably(this.path, lines.join(''));
    this.written = lines.length;
    this.sound = true;
  }

  private async append(lines: readonly string[]): Promise<void> {
    const file = await open(this.path, 'a', 0o600);
    try {
      await file.appendFile(lines.join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
    this.written += lines.length;
  }
}
