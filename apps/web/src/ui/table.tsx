import type { Key, ReactNode } from 'react';

export interface Column<T> {
  label: string;
  cell: (row: T) => ReactNode;
  number?: boolean;
  /** Buttons, which say themselves what they are: the column's name is only read out. */
  quiet?: boolean;
}

/** A table that becomes cards on a narrow screen: each cell then carries its column's name. */
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
      <caption className="said">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ label, number, quiet }) => (
            <th key={label} scope="col" className={number ? 'number' : undefined}>
              {quiet ? <span className="said">{label}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map(({ label, cell, number, quiet }) => (
              <td key={label} data-label={quiet ? '' : label} className={number ? 'number' : undefined}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
