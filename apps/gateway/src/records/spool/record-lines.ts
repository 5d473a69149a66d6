import { crc32 } from 'node:zlib';
import type { AccessRecord } from '@countersign/gateway-protocol';
import type { SpooledHead } from './record-chains.js';

/** First line of a segment: all that is needed to go on from it when the segments before are gone. */
export type SegmentHeader = {
  v: 1;
  boot: string;
  /** Last record of each tenant's chain of this boot. */
  heads: Record<string, SpooledHead>;
  /** Calls of this boot that are allowed and have no outcome yet: record id to tenant. */
  open: Record<string, string>;
  /** Ends of abandoned segments: what stands beyond was never confirmed to anybody. */
  voids: { segment: number; from: number }[];
};

/** What of a record is needed without reading it: it stands before it on its line. */
type RecordName = {
  kind: AccessRecord['kind'];
  boot: string;
  tenant: string;
  seq: number;
  id: string;
};

/** A record with its openings as the JSON that is shipped, UTF-8 in `bytes` from `from` to `to`, unparsed. */
export type RecordLine = RecordName & {
  bytes: Buffer;
  from: number;
  to: number;
};

type SpoolLine = { header: SegmentHeader } | { record: RecordLine };

const RECORD = /^R (allowed|outcome|refused|counters|head) (\S+) (\S+) (\d+) (\S+) $/;

/** Hex digits of the CRC-32, and with the space behind them. */
const CRC_DIGITS = 8;
export const CHECK_BYTES = CRC_DIGITS + 1;

/** CRC-32 in hex and a space: what a line begins with, over all that follows to its line feed. */
export const checkOf = (data: string | Buffer): string =>
  `${crc32(data).toString(16).padStart(CRC_DIGITS, '0')} `;

export function formatHeader(header: SegmentHeader): string {
  const text = `H ${JSON.stringify(header)}`;
  return `${checkOf(text)}${text}\n`;
}

/** What stands between the check of a record's line and the record. */
export function formatName({ kind, boot, tenant, seq, id }: RecordName): string {
  return `R ${kind} ${boot} ${tenant} ${seq} ${id} `;
}

/** The JSON of one line. */
export function jsonOf({ bytes, from, to }: RecordLine): string {
  return bytes.toString('utf8', from, to);
}

/** The JSON of lines as members of a list, between two texts of ASCII. */
export function jsonOfAll(before: string, lines: readonly RecordLine[], after: string): Buffer {
  let length = before.length + after.length + Math.max(0, lines.length - 1);
  for (const { from, to } of lines) length += to - from;
  const all = Buffer.allocUnsafe(length);
  let at = all.write(before, 'latin1');
  for (const [index, { bytes, from, to }] of lines.entries()) {
    if (index > 0) at = all.writeUInt8(COMMA, at);
    at += bytes.copy(all, at, from, to);
  }
  all.write(after, at, 'latin1');
  return all;
}

const COMMA = 0x2c;
const BRACE = 0x7b;
const LINE_FEED = 10;

/** Reads the line between two bytes, without its line feed. Undefined for one that was torn, damaged or never ours. */
function parseLine(bytes: Buffer, start: number, end: number): SpoolLine | undefined {
  const from = bytes.indexOf(BRACE, start + CHECK_BYTES);
  if (from === -1 || from >= end) return undefined;
  if (
    bytes.toString('latin1', start, start + CHECK_BYTES) !== checkOf(bytes.subarray(start + CHECK_BYTES, end))
  )
    return undefined;
  // The CRC holds, so what follows is what we wrote: it is not checked for its shape once more.
  const name = bytes.toString('latin1', start + CHECK_BYTES, from);
  if (name === 'H ') return { header: JSON.parse(bytes.toString('utf8', from, end)) as SegmentHeader };
  const [, kind, boot, tenant, seq, id] = RECORD.exec(name) ?? [];
  if (boot === undefined || tenant === undefined || id === undefined) return undefined;
  return {
    record: { kind: kind as AccessRecord['kind'], boot, tenant, seq: Number(seq), id, bytes, from, to: end },
  };
}

const PLACE = /^.{9}R (?:allowed|outcome|refused|counters|head) (\S+) (\S+) (\d{1,15}) /;

/** Which place a damaged line says that it had, as far as that can be read still. Whether to believe it is the caller's. */
export function placeIn(damaged: string): Pick<RecordLine, 'boot' | 'tenant' | 'seq'> | undefined {
  const [, boot, tenant, seq] = PLACE.exec(damaged) ?? [];
  return boot === undefined || tenant === undefined ? undefined : { boot, tenant, seq: Number(seq) };
}

/** A line and the byte behind its line feed, counted from the start of the piece; no line where it is damaged. */
type CutLine = { line: SpoolLine | undefined; end: number };

/** Cuts a piece of a segment at its line feeds. What has none behind it was torn, or goes on beyond the piece. */
export function readLines(bytes: Buffer): CutLine[] {
  const lines: CutLine[] = [];
  let start = 0;
  for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, start)) {
    const line = parseLine(bytes, start, feed);
    start = feed + 1;
    lines.push({ line, end: start });
  }
  return lines;
}

const CHUNK_BYTES = 512 * 1024;
/** Bytes that a UTF-16 code unit takes in UTF-8 at most. */
const MOST_PER_UNIT = 3;

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
    this.at = chunk.writeUInt8(LINE_FEED, to);
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
