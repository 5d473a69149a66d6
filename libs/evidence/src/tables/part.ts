import { canonicalJson } from '@countersign/contract';
import { csvLine } from '@countersign/wording';
import type { PackLeaf } from '../pack-leaf.js';

/**
 * Some files of a pack that one pass over the leaves writes. Each call returns what is appended to each file, in the order of
 * `files`. So a pack needs memory for what is open at one moment, and not for its leaves.
 */
export interface Part {
  readonly files: readonly string[];
  begin(): readonly string[];
  take(leaf: PackLeaf): readonly string[];
  end(): readonly string[];
}

export type Cell = string | number | boolean | null | readonly string[];
export type Row<Column extends string> = Readonly<Record<Column, Cell>>;

/** Makes the rows of a table. */
export interface RowSource<Column extends string> {
  take(leaf: PackLeaf): readonly Row<Column>[];
  end(): readonly Row<Column>[];
}

/** A table as CSV (RFC 4180, formulas neutralised) and as a JSON array with the same rows. */
export class TablePart<Column extends string> implements Part {
  readonly files: readonly [csv: string, json: string];
  /** Rows so far. */
  count = 0;

  constructor(
    name: string,
    private readonly columns: readonly Column[],
    private readonly source: RowSource<Column>,
  ) {
    this.files = [`${name}.csv`, `${name}.json`];
  }

  begin() {
    return [csvLine(this.columns), '['];
  }

  take(leaf: PackLeaf) {
    return this.write(this.source.take(leaf));
  }

  end() {
    const [csv = '', json = ''] = this.write(this.source.end());
    return [csv, `${json}\n]\n`];
  }

  private write(rows: readonly Row<Column>[]): readonly string[] {
    if (rows.length === 0) return NOTHING;
    let [csv, json] = ['', ''];
    for (const row of rows) {
      csv += csvLine(this.columns.map((column) => plain(row[column])));
      json += `${this.count === 0 ? '' : ','}\n${canonicalJson(row)}`;
      this.count += 1;
    }
    return [csv, json];
  }
}

const NOTHING: readonly string[] = ['', ''];
const plain = (cell: Cell): unknown => (Array.isArray(cell) ? cell.join(' ') : cell);

/** A file that is written at the end, or does not depend on the leaves of the range. */
export const textPart = (file: string, text: () => string): Part => ({
  files: [file],
  begin: () => [''],
  take: () => [''],
  end: () => [text()],
});

/** Indented JSON with a newline at the end, for people. Members are in the order of canonical JSON, however they were given. */
export const readableJson = (value: unknown): string =>
  `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`;
