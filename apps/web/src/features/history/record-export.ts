import type { AccessRecord, AccessRequest } from '@countersign/api';
import { RARE_OUTCOME_MEMBERS } from '@countersign/contract';
import { csvLine, requestsAsCsv } from '@countersign/wording';
import { saveFile } from '../../ui/save-file.js';

export const FORMATS = ['csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** A record in which each column has one value. `fileHost`, `fileFrom`: the storage of a file, and the call whose answer had its link. */
type Row = Omit<AccessRecord, 'file'> & {
  personName: string;
  fileHost: string | undefined;
  fileFrom: string | undefined;
};

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
  ...RARE_OUTCOME_MEMBERS,
  'fileHost',
  'fileFrom',
  'durationMs',
  'outcome',
  'droppedHeaders',
  'gateway',
  'id',
] as const satisfies readonly (keyof Row)[];

/** Records as CSV, with the name of each person beside the id. */
export const recordsAsCsv = (records: readonly AccessRecord[], nameOf: (person: string) => string): string =>
  toCsv(
    COLUMNS,
    records.map(
      ({ file, ...record }): Row => ({
        ...record,
        ...{ personName: nameOf(record.person), fileHost: file?.host, fileFrom: file?.from },
      }),
    ),
  );

/** Downloads the records as a file: in CSV with names of people, in JSON Lines as the API answers them. */
export function download(
  name: string,
  format: Format,
  records: readonly AccessRecord[],
  nameOf: (person: string) => string,
): void {
  save(name, format, format === 'csv' ? recordsAsCsv(records, nameOf) : toJsonLines(records));
}

/** Downloads requests as a file: in CSV with names of people, in JSON Lines as the API answers them. */
export function downloadRequests(
  name: string,
  format: Format,
  requests: readonly AccessRequest[],
  nameOf: (person: string) => string,
): void {
  save(name, format, format === 'csv' ? requestsAsCsv(requests, nameOf) : toJsonLines(requests));
}

const save = (name: string, format: Format, text: string): void =>
  format === 'csv'
    ? saveFile(`${name}.csv`, 'text/csv', text)
    : saveFile(`${name}.jsonl`, 'application/jsonl', text);

/** Rows as CSV with a header line and CRLF line ends. */
export function toCsv<T extends object>(columns: readonly (keyof T & string)[], rows: readonly T[]): string {
  return [csvLine(columns), ...rows.map((row) => csvLine(columns.map((name) => row[name])))].join('');
}

/** One JSON document per line. */
export const toJsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
