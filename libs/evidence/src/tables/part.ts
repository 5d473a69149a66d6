import { canonicalJson } from '@countersign/contract';
import { csvLine } from '@countersign/wording';
import type { PackLeaf } from '../pack-leaf.js';

/**
 * One or more files of a pack, written in one pass over the leaves. Each method returns the text to append to each file, in the
 * order of `files`. So a pack needs memory for the items that are open at one moment, and not for all leaves.
 */
export interface Part {
  readonly files: readonly string[];
  begin(): readonly string[];
  take(leaf: PackLeaf): readonly string[];
  end(): readonly string[];
}

/** A value in a table. CSV joins a list with spaces. */
export type Cell = string | number | boolean | null | readonly string[];
/** A row: a value for each column. */
export type Row<Column extends string> = Readonly<Record<Column, Cell>>;

/** Makes the rows of a table: `take` those that the next leaf completes, `end` those that are still open. */
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

/** A file whose whole text is written at the end. */
export const textPart = (file: string, text: () => string): Part => ({
  files: [file],
  begin: () => [''],
  take: () => [''],
  end: () => [text()],
});

/** Indented JSON with a newline at the end, for people. Members are in the order of canonical JSON, however they were given. */
export const readableJson = (value: unknown): string =>
  `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`;
