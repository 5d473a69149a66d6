import type { AccessRecord } from '../../api/client.js';
import { saveFile } from '../../ui/hand-over.js';

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
  'gateway',
  'id',
] as const satisfies readonly (keyof AccessRecord)[];

/** Hands the records to the reader as a file. */
export function download(name: string, format: Format, records: readonly AccessRecord[]): void {
  const [text, type, ending] =
    format === 'csv'
      ? [csvOf(COLUMNS, records), 'text/csv', 'csv']
      : [jsonLinesOf(records), 'application/jsonl', 'jsonl'];
  saveFile(`${name}.${ending}`, type, text);
}

/** Cells that a spreadsheet would take for a formula (OWASP, CSV injection), also behind spaces. */
const FORMULA = /^[\s\uFEFF]*[=+\-@|%]/;

/**
 * One value as a CSV cell (RFC 4180) that a spreadsheet shows and never runs: text that could be a formula begins
 * with an apostrophe, and control characters become spaces.
 */
export function harmlessCell(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  const text = value === null || value === undefined ? '' : String(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  const plain = text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
  const safe = FORMULA.test(plain) ? `'${plain}` : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Rows as CSV with a header, CRLF between lines. */
export function csvOf<T extends object>(columns: readonly (keyof T & string)[], rows: readonly T[]): string {
  const lines = [
    columns.map(harmlessCell).join(','),
    ...rows.map((row) => columns.map((name) => harmlessCell(row[name])).join(',')),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** One JSON document a line. */
export const jsonLinesOf = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
