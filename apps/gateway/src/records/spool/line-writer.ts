import { CHECK_BYTES, checkOf, formatName, type RecordLine } from './line.js';

const CHUNK_BYTES = 512 * 1024;
/** Bytes that a UTF-16 code unit takes in UTF-8 at most. */
const MOST_PER_UNIT = 3;
const FEED = 10;

/**
 * Writes the lines of one group after the other as bytes, once: what goes to the disk, what is hashed into the check and
 * what is shipped are the same memory. Bytes that were given out are never written again.
 */
export class LineWriter {
  private chunk: Buffer = Buffer.alloc(0);
  private begun = 0;
  private at = 0;

  /** Begins a group. */
  begin(): void {
    this.begun = this.at;
  }

  /** Bytes of the group so far. */
  get length(): number {
    return this.at - this.begun;
  }

  /** All lines of the group. */
  get group(): Buffer {
    return this.chunk.subarray(this.begun, this.at);
  }

  /** Adds a record's line: its name, its canonical JSON, and the JSON of its openings. */
  add(
    name: Pick<RecordLine, 'kind' | 'boot' | 'tenant' | 'seq' | 'id'>,
    canonical: string,
    openings: string,
  ): RecordLine {
    const label = formatName(name);
    this.makeRoom((label.length + canonical.length + openings.length) * MOST_PER_UNIT + 64);
    const { chunk } = this;
    const start = this.at + CHECK_BYTES;
    const from = start + chunk.write(label, start, 'utf8');
    let to = from + chunk.write('{"record":', from, 'latin1');
    to += chunk.write(canonical, to, 'utf8');
    to += chunk.write(',"openings":', to, 'latin1');
    to += chunk.write(openings, to, 'utf8');
    to += chunk.write('}', to, 'latin1');
    chunk.write(checkOf(chunk.subarray(start, to)), this.at, 'latin1');
    this.at = chunk.writeUInt8(FEED, to);
    const { kind, boot, tenant, seq, id } = name;
    return { kind, boot, tenant, seq, id, bytes: chunk, from, to };
  }

  /** Goes on in new memory where this is full, and takes along what the group has: its bytes stand in one piece. */
  private makeRoom(bytes: number): void {
    if (this.at + bytes <= this.chunk.length) return;
    const { group } = this;
    this.chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, 2 * (group.length + bytes)));
    this.at = group.copy(this.chunk);
    this.begun = 0;
  }
}
