import { type ReactNode, useId } from 'react';
import { DataTable } from './table.js';

const BAR = { width: 200, height: 10 };

/** A number with a bar as long as it. Screen readers read the number. */
export function Bar({ value, most, children }: { value: number; most: number; children: ReactNode }) {
  const length = (Math.min(value, most) / most) * BAR.width;
  return (
    <span className="bar-cell">
      <span className="bar-value strong">{children}</span>
      <svg
        className="chart bar-line"
        viewBox={`0 0 ${BAR.width} ${BAR.height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <rect width={length} height={BAR.height} rx="2" />
      </svg>
    </span>
  );
}

/** One column of a chart: `shown` is its value as text. */
interface ChartColumn {
  label: string;
  value: number;
  shown: string;
}

const COLUMN = { width: 40, gap: 12, height: 80, top: 16, bottom: 26 };

/**
 * Columns over time, oldest first, drawn as SVG. The same figures are in a table for screen readers.
 *
 * @param tip the text that a pointer shows at a column
 */
export function ColumnChart({
  title,
  labels,
  values,
  columns,
  tip,
}: {
  title: string;
  labels: string;
  values: string;
  columns: readonly ChartColumn[];
  tip: (label: string, shown: string) => string;
}) {
  const id = useId();
  const most = Math.max(1, ...columns.map(({ value }) => value));
  const width = Math.max(1, columns.length) * COLUMN.width;
  const height = COLUMN.top + COLUMN.height + COLUMN.bottom;
  return (
    <section className="stack near" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <svg className="chart columns" viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
        {columns.map(({ label, value, shown }, index) => {
          const tall = (value / most) * COLUMN.height;
          const middle = (index + 0.5) * COLUMN.width;
          return (
            <g key={label}>
              <title>{tip(label, shown)}</title>
              <rect
                x={index * COLUMN.width + COLUMN.gap / 2}
                y={COLUMN.top + COLUMN.height - tall}
                width={COLUMN.width - COLUMN.gap}
                height={Math.max(tall, 1)}
                rx="2"
              />
              <text x={middle} y={COLUMN.top + COLUMN.height - tall - 4}>
                {value === 0 ? '' : shown}
              </text>
              {/* Every third label, so that none overlaps the next. The present one is always there. */}
              <text x={middle} y={height - 6}>
                {(columns.length - 1 - index) % 3 === 0 ? label : ''}
              </text>
            </g>
          );
        })}
      </svg>
      <div className="visually-hidden">
        <DataTable
          caption={title}
          rows={columns}
          rowKey={({ label }) => label}
          columns={[
            { label: labels, cell: ({ label }) => label },
            { label: values, cell: ({ shown }) => shown },
          ]}
        />
      </div>
    </section>
  );
}
