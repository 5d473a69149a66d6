import { csvLine } from '@countersign/wording';
import type { AccessRecord } from '../../api/client.js';
import { saveFile } from '../../ui/save-file.js';

export const FORMATS = ['csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

const COLUMNS = [
  'at',
  'person',
  'personName',
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
] as const satisfies readonly (keyof AccessRecord | 'personName')[];

/** Records as CSV, with the name of each person beside the id. */
export const recordsAsCsv = (records: readonly AccessRecord[], nameOf: (person: string) => string): string =>
  toCsv(
    COLUMNS,
    records.map((record) => ({ ...record, personName: nameOf(record.person) })),
  );

/** Downloads the records as a file: in CSV with names of people, in JSON Lines as the API answers them. */
export function download(
  name: string,
  format: Format,
  records: readonly AccessRecord[],
  nameOf: (person: string) => string,
): void {
  const [text, type, ending] =
    format === 'csv'
      ? [recordsAsCsv(records, nameOf), 'text/csv', 'csv']
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
