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

/** Text that a spreadsheet would run as a formula (OWASP, CSV injection), also after leading spaces. */
const FORMULA = /^[\s\uFEFF]*[=+\-@|%]/;

/**
 * A value as a CSV cell (RFC 4180) that no spreadsheet runs: an apostrophe precedes text that could be a formula, and
 * control characters become spaces.
 */
export function csvCell(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  const text = value === null || value === undefined ? '' : String(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it removes them
  const plain = text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
  const safe = FORMULA.test(plain) ? `'${plain}` : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Rows as CSV with a header line and CRLF line ends. */
export function toCsv<T extends object>(columns: readonly (keyof T & string)[], rows: readonly T[]): string {
  const lines = [
    columns.map(csvCell).join(','),
    ...rows.map((row) => columns.map((name) => csvCell(row[name])).join(',')),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** One JSON document per line. */
export const toJsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
