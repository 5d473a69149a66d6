import { csvLine } from '@countersign/wording';
import type { AccessRecord } from '../../api/client.js';
import { saveFile } from '../../ui/save-file.js';

export const FORMATS = ['csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

const COLUMNS = [
  'at',
  'person',
  'grant',
  'request',
  'service',
  'method',
  'path',
  'action',
  'resource',
  'decision',
  'code',
  'count',
  'status',
  'bytes',
  'sentSha256',
  'durationMs',
  'outcome',
  'droppedHeaders',
  'gateway',
  'id',
] as const satisfies readonly (keyof AccessRecord)[];

/** Downloads the records as a file. */
export function download(name: string, format: Format, records: readonly AccessRecord[]): void {
  const [text, type, ending] =
    format === 'csv'
      ? [toCsv(COLUMNS, records), 'text/csv', 'csv']
      : [toJsonLines(records), 'application/jsonl', 'jsonl'];
  saveFile(`${name}.${ending}`, type, text);
}

/** Rows as CSV with a header line and CRLF line ends. */
export function toCsv<T extends object>(columns: readonly (keyof T & string)[], rows: readonly T[]): string {
  return [csvLine(columns), ...rows.map((row) => csvLine(columns.map((name) => row[name])))].join('');
}

/** One JSON document per line. */
export const toJsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
