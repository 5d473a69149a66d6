import type { Closing } from './closing.js';

/** One line of the table. Figures are words with their unit. */
export type Row = {
  what: string;
  figure: string;
  rival: string;
  rivalFigure: string;
  /** Ours by the rival's. */
  ratio: string;
  /** The target; empty if there is none. */
  target: string;
};

/** How much is measured. `full`: by the million, for which minutes are spent on loading. */
export type BenchOptions = { full: boolean };

/** A table of its own, for a family whose lines have more than two figures. */
export type Sheet = { title: string; columns: readonly string[]; lines: readonly (readonly string[])[] };

/** A family of rows that share their set-up. */
export type Family = { name: string; run(closing: Closing, options: BenchOptions): Promise<Row[] | Sheet> };

const COLUMNS: readonly (readonly [keyof Row, string])[] = [
  ['what', 'what'],
  ['figure', 'figure'],
  ['rival', 'rival'],
  ['rivalFigure', "rival's figure"],
  ['ratio', 'ratio'],
  ['target', 'target'],
];

/** The rows as a Markdown table. */
export const tableText = (rows: readonly Row[]): string =>
  markdown([
    COLUMNS.map(([, title]) => title),
    ...rows.map((row) => COLUMNS.map(([key]) => row[key] || '–')),
  ]);

export const sheetText = ({ title, columns, lines }: Sheet): string =>
  `${title}\n\n${markdown([columns, ...lines])}`;

/** Padded so that it reads well in a terminal too. */
function markdown(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_column, at) =>
    Math.max(...lines.map((line) => line[at]?.length ?? 0)),
  );
  const text = lines.map((line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return `${[text[0], rule, ...text.slice(1)].join('\n')}\n`;
}

/** 12345.6 → `12,346`; small numbers keep a digit. */
export const rounded = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });

export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
