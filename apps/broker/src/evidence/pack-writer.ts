import { createHash, type Hash } from 'node:crypto';
import type { PackedFile } from '@countersign/evidence';
import { Deflated, Spool, ZipWriter } from '@countersign/runtime';

/** A file that is written while others are: its compressed bytes wait until it is its turn. */
export class WaitingFile {
  readonly #spool = new Spool();
  readonly deflated = new Deflated((bytes) => this.#spool.append(bytes));
  readonly hash = createHash('sha256');

  constructor(readonly name: string) {}

  async append(text: string): Promise<void> {
    if (text === '') return;
    this.hash.update(text);
    await this.deflated.write(text);
  }

  read(): AsyncIterable<Uint8Array> {
    return this.#spool.read();
  }

  close(): Promise<void> {
    return this.#spool.close();
  }
}

/** Writes the archive, and keeps the hash of each file for the manifest. */
export class PackWriter {
  readonly #zip: ZipWriter;
  /** Every file so far, in its order. */
  readonly files: PackedFile[] = [];

  /** @param sink takes the archive's bytes in order; the next ones wait for its promise */
  constructor(sink: (bytes: Uint8Array) => Promise<void>) {
    this.#zip = new ZipWriter(sink);
  }

  /** Adds a file that is written piece by piece. */
  async stream(
    name: string,
    content: (append: (text: string) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const hash = createHash('sha256');
    let size = 0;
    await this.#zip.add(name, (into) =>
      content(async (text) => {
        const bytes = Buffer.from(text);
        size += bytes.length;
        hash.update(bytes);
        await into.write(bytes);
      }),
    );
    this.note(name, size, hash);
  }

  text(name: string, text: string): Promise<void> {
    return this.stream(name, (append) => append(text));
  }

  async waiting(file: WaitingFile): Promise<void> {
    await file.deflated.end();
    await this.#zip.addDeflated(file.name, file.deflated, file.read());
    await file.close();
    this.note(file.name, file.deflated.size, file.hash);
  }

  end(): Promise<void> {
    return this.#zip.end();
  }

  private note(name: string, size: number, hash: Hash): void {
    this.files.push({ name, size, sha256: hash.digest('hex') });
  }
}
