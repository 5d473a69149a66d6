import type { GlossaryWord } from '@countersign/wording';
import type { Key, ReactNode } from 'react';
import { Helped } from './help.js';
import { type ListQuery, PagedList, ProblemNotice } from './query-states.js';

interface Column<T> {
  label: string;
  cell: (row: T) => ReactNode;
  number?: boolean;
  /** The column stays as wide as its longest word: names and states are not broken into letters. */
  words?: boolean;
  /** Only screen readers get the column's name: its buttons name themselves. */
  hiddenLabel?: boolean;
}

/**
 * A table that becomes cards on a narrow screen, where each cell carries its column's name. A link with the class `row-link`
 * makes its whole row a target.
 */
export function DataTable<T>({
  caption,
  columns,
  rows,
  rowKey,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => Key;
}) {
  return (
    <table className="grid-table">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ label, number, hiddenLabel }) => (
            <th key={label} scope="col" className={number ? 'number' : undefined}>
              {hiddenLabel ? <span className="visually-hidden">{label}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map(({ label, cell, number, words, hiddenLabel }) => (
              <td
                key={label}
                data-label={hiddenLabel ? '' : label}
                className={number ? 'number' : words ? 'words' : undefined}
              >
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A section of a page: a heading, the rows of a list from the API, and a button if the list has more. */
export function TableSection<T extends { id: string }>({
  id,
  title,
  help,
  lead,
  query,
  columns,
  empty,
  note,
  error,
  children,
}: {
  id: string;
  title: string;
  /** The term in the title that a button explains. */
  help?: GlossaryWord;
  lead?: string;
  query: ListQuery<T>;
  columns: readonly Column<T>[];
  /** Shown if the list has no rows. */
  empty: ReactNode;
  /** Shown below the rows. */
  note?: string;
  /** Why the last action on a row failed; null if it did not. */
  error?: unknown;
  /** Shown between the lead and the table, such as a form that adds a row. */
  children?: ReactNode;
}) {
  return (
    <section className="stack near" aria-labelledby={id}>
      <Helped about={help} word={title}>
        <h2 id={id}>{title}</h2>
      </Helped>
      {lead === undefined ? null : <p className="soft">{lead}</p>}
      {children}
      {error ? <ProblemNotice error={error} /> : null}
      <PagedList query={query} empty={typeof empty === 'string' ? <p className="soft">{empty}</p> : empty}>
        {(items) => (
          <>
            <DataTable caption={title} rows={items} rowKey={(row) => row.id} columns={columns} />
            {note === undefined ? null : <p className="soft">{note}</p>}
          </>
        )}
      </PagedList>
    </section>
  );
}
