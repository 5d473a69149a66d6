import type { AccessRecord } from '../../api/client.js';
import { handOver } from '../../ui/hand-over.js';
import { csvOf, jsonLinesOf } from './harmless-cell.js';

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
  handOver(`${name}.${ending}`, type, text);
}
