import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { AccessRecord, RunEnd, UnchainedRecord } from '@countersign/gateway-protocol';
import type { SpooledHead } from './record-chains.js';

/** First line of a segment. It holds everything that is needed to continue if the segments before it are gone. */
export type SegmentHeader = {
  v: 1;
  boot: string;
  /** Last record of each tenant's chain of this boot. */
  heads: Record<string, SpooledHead>;
  /** The last record of each other tenant, of an earlier boot. */
  newest: Record<string, RunEnd>;
  /** Allowed calls of this boot without an outcome: record id to tenant. */
  open: Record<string, string>;
  /** Ends of abandoned segments. Bytes after such an end were never confirmed to a caller. */
  voids: { segment: number; from: number }[];
};

/** What is needed of a record without parsing it. It precedes the record on its line. */
type RecordName = {
  kind: AccessRecord['kind'];
  boot: string;
  tenant: string;
  seq: number;
  id: string;
};

/**
 * A record with its openings as the JSON that is shipped: UTF-8 in `bytes` from `from` to `to`, not parsed. `opens`: it allows a call
 * whose outcome follows. `hash`: of the record, if it is known without reading the line.
 */
export type RecordLine = RecordName & {
  opens: boolean;
  hash?: string;
  bytes: Buffer;
  from: number;
  to: number;
};

/** A line that this process wrote. */
export type WrittenLine = RecordLine & { hash: string };

type SpoolLine = { header: SegmentHeader } | { record: RecordLine };

const RECORD = /^R (allowed|outcome|refused|counters|head) (\S+) (\S+) (\d+) (\S+) $/;

/** Hex digits of the CRC-32. One space follows them. */
const CRC_DIGITS = 8;
export const CHECK_BYTES = CRC_DIGITS + 1;

const HEX = '0123456789abcdef';
const SPACE = 0x20;

/** CRC-32 in hex and a space. Every line begins with it; it covers everything after it up to the line feed. */
export const checkOf = (data: string | Buffer): string =>
  `${crc32(data).toString(16).padStart(CRC_DIGITS, '0')} `;

/** Writes what `checkOf` returns, without a text: every record has one. */
function writeCheck(bytes: Buffer, at: number, check: number): void {
  for (let digit = 0; digit < CRC_DIGITS; digit += 1)
    bytes[at + digit] = HEX.charCodeAt((check >>> (28 - 4 * digit)) & 15);
  bytes[at + CRC_DIGITS] = SPACE;
}

export function formatHeader(header: SegmentHeader): string {
  const text = `H ${JSON.stringify(header)}`;
  return `${checkOf(text)}${text}\n`;
}

/** The text between the check of a record's line and the record's JSON: `R KIND BOOT TENANT SEQ ID `. */
export function formatName({ kind, boot, tenant, seq, id }: RecordName): string {
  return `R ${kind} ${boot} ${tenant} ${seq} ${id} `;
}

/** The JSON of one line. */
export function jsonOf({ bytes, from, to }: RecordLine): string {
  return bytes.toString('utf8', from, to);
}

/** The JSON of lines as members of a list, between two ASCII texts. */
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

const BEFORE_RECORD = '{"record":';
const AFTER_RECORD = ',"openings":';
/** Bytes around the openings at the end of a line: those before them, and a brace behind them. */
const AROUND_OPENINGS = AFTER_RECORD.length + 1;

/**
 * The hash of a line's record (`recordHash`). The line holds the record as canonical JSON, in which a comma before a quote
 * never is inside a text, so the first `,"openings":` ends it.
 */
export function recordHashOf({ hash: known, bytes, from, to }: RecordLine): string {
  if (known !== undefined) return known;
  const end = bytes.indexOf(AFTER_RECORD, from, 'latin1');
  if (end === -1 || end >= to) throw new Error('a line of the spool without a record');
  return hashOf(bytes, from + BEFORE_RECORD.length, end);
}

/** The hash of the record whose canonical JSON is at this place (docs/contract.md, Access records). */
const hashOf = (bytes: Buffer, from: number, to: number): string =>
  `sha256:${hash('sha256', bytes.subarray(from, to), 'hex')}`;

/** Whether an outcome of this record will follow: it allows a call, and is not the whole of it. */
export const opensCall = (record: UnchainedRecord): boolean =>
  record.kind === 'allowed' && record.outcome === undefined;

/** The member in canonical JSON. A text cannot contain it, because a quote in a text has a backslash before it. */
const WHOLE_CALL = ',"outcome":"unknown","path":';

const COMMA = 0x2c;
const BRACE = 0x7b;
const LINE_FEED = 10;

/** Parses the line between two offsets, without its line feed. Undefined if it was torn or damaged, or is not ours. */
function parseLine(bytes: Buffer, start: number, end: number): SpoolLine | undefined {
  const from = bytes.indexOf(BRACE, start + CHECK_BYTES);
  if (from === -1 || from >= end) return undefined;
  if (
    bytes.toString('latin1', start, start + CHECK_BYTES) !== checkOf(bytes.subarray(start + CHECK_BYTES, end))
  )
    return undefined;
  // The CRC is right, so we wrote what follows. Its shape is not checked again.
  const name = bytes.toString('latin1', start + CHECK_BYTES, from);
  if (name === 'H ') return { header: JSON.parse(bytes.toString('utf8', from, end)) as SegmentHeader };
  const [, kind, boot, tenant, seq, id] = RECORD.exec(name) ?? [];
  if (boot === undefined || tenant === undefined || id === undefined) return undefined;
  const opens = kind === 'allowed' && !bytes.subarray(from, end).includes(WHOLE_CALL, 0, 'latin1');
  const place = { bytes, from, to: end };
  return {
    record: { kind: kind as AccessRecord['kind'], boot, tenant, seq: Number(seq), id, opens, ...place },
  };
}

const PLACE = /^.{9}R (?:allowed|outcome|refused|counters|head) (\S+) (\S+) (\d{1,15}) /;

/** The place that a damaged line states, if that is still readable. The caller decides whether to believe it. */
export function placeIn(damaged: string): Pick<RecordLine, 'boot' | 'tenant' | 'seq'> | undefined {
  const [, boot, tenant, seq] = PLACE.exec(damaged) ?? [];
  return boot === undefined || tenant === undefined ? undefined : { boot, tenant, seq: Number(seq) };
}

/** A line and the offset after its line feed, from the start of the piece. `line` is undefined if it is damaged. */
type CutLine = { line: SpoolLine | undefined; end: number };

/**
 * Splits a piece of a segment at its line feeds. Bytes after the last line feed were torn, or continue after the piece.
 */
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
/** The most UTF-8 bytes that one UTF-16 code unit takes. */
const MOST_PER_UNIT = 3;

/**
 * Writes the lines of one group after another as bytes, only once: the same memory goes to the disk, into the check,
 * and to the broker. Bytes that were handed out are never overwritten.
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
  add(name: RecordName & Pick<RecordLine, 'opens'>, canonical: string, openings: string): WrittenLine {
    const label = formatName(name);
    this.makeRoom((label.length + canonical.length + openings.length) * MOST_PER_UNIT + 64);
    const { chunk } = this;
    const start = this.at + CHECK_BYTES;
    // One write: each `Buffer.write` has a fixed cost, and joining strings costs almost nothing.
    const to =
      start + chunk.write(`${label}${BEFORE_RECORD}${canonical}${AFTER_RECORD}${openings}}`, start, 'utf8');
    // The label names a boot, a tenant and a record, all in ASCII, so it has as many bytes as characters.
    const from = start + label.length;
    writeCheck(chunk, this.at, crc32(chunk.subarray(start, to)));
    this.at = chunk.writeUInt8(LINE_FEED, to);
    // From the bytes that are written already: of a text, Node would make another copy.
    const hash = hashOf(
      chunk,
      from + BEFORE_RECORD.length,
      to - Buffer.byteLength(openings) - AROUND_OPENINGS,
    );
    const { kind, boot, tenant, seq, id, opens } = name;
    return { kind, boot, tenant, seq, id, opens, hash, bytes: chunk, from, to };
  }

  /** Continues in new memory if this is full, and copies the group so far: its bytes must be contiguous. */
  private makeRoom(bytes: number): void {
    if (this.at + bytes <= this.chunk.length) return;
    const { group } = this;
    this.chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, 2 * (group.length + bytes)));
    this.at = group.copy(this.chunk);
    this.begun = 0;
  }
}
