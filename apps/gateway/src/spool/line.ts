import { crc32 } from 'node:zlib';
import type { AccessRecord } from '@countersign/gateway-protocol';
import type { SpooledHead } from './chains.js';

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

/** A record with its openings as the JSON that is shipped; what recovery needs stands before it, unparsed. */
export type RecordLine = {
  kind: AccessRecord['kind'];
  boot: string;
  tenant: string;
  seq: number;
  id: string;
  json: string;
};

type SpoolLine = { header: SegmentHeader } | { record: RecordLine };

const RECORD = /^R (allowed|outcome|refused|counters|head) (\S+) (\S+) (\d+) (\S+) (\{.*\})$/;

const checksum = (data: string | Buffer): string => crc32(data).toString(16).padStart(8, '0');

/** CRC-32 in hex, a space, the text, a line feed. */
function checked(text: string): string {
  return `${checksum(text)} ${text}\n`;
}

export function formatHeader(header: SegmentHeader): string {
  return checked(`H ${JSON.stringify(header)}`);
}

export function formatRecord({ kind, boot, tenant, seq, id, json }: RecordLine): string {
  return checked(`R ${kind} ${boot} ${tenant} ${seq} ${id} ${json}`);
}

/** Bytes of the checksum and its space. */
const CHECK = 9;

/** Reads a line without its line feed. Undefined for one that was torn, damaged or never ours. */
function parseLine(line: Buffer): SpoolLine | undefined {
  const checked = line.subarray(CHECK);
  if (line.toString('latin1', 0, CHECK) !== `${checksum(checked)} `) return undefined;
  const text = checked.toString('utf8');
  // The CRC holds, so what follows is what we wrote: it is not checked for its shape once more.
  if (text.startsWith('H ')) return { header: JSON.parse(text.slice(2)) as SegmentHeader };
  const [, kind, boot, tenant, seq, id, json] = RECORD.exec(text) ?? [];
  if (boot === undefined || tenant === undefined || id === undefined || json === undefined) return undefined;
  return { record: { kind: kind as AccessRecord['kind'], boot, tenant, seq: Number(seq), id, json } };
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
  for (let feed = bytes.indexOf(10); feed !== -1; feed = bytes.indexOf(10, start)) {
    const line = parseLine(bytes.subarray(start, feed));
    start = feed + 1;
    lines.push({ line, end: start });
  }
  return lines;
}
