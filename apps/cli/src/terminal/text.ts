import { shortDurationText } from '@countersign/wording';
/**
 * Text from elsewhere, made harmless for a terminal: control characters and those that reorder or hide what
 * is read (bidirectional, zero-width) are shown as \u{…}. Line breaks inside a value become ⏎.
 */
export function plain(text: string): string {
  return text
    .replace(/\r\n|[\r\n\u2028\u2029]/g, ' ⏎ ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Rows under their headings, columns as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map(plain));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name  value` lines; a value of several lines is indented under its first. */
export function facts(rows: readonly (readonly [name: string, value: string | string[]])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .flatMap(([name, value]) =>
      [value].flat().map((line, index) => `${(index === 0 ? name : '').padEnd(width)}  ${plain(line)}`),
    )
    .join('\n');
}

/** A length of time as people say it: the two largest units, such as `3 h 58 min`. */
export const humanSeconds = (seconds: number): string => shortDurationText(seconds, 'en');

/** An instant with its zone, and how far away it is: `2026-11-24T15:00:00Z (in 12 min)`. */
export function instantFrom(instant: string, now: Date): string {
  const seconds = (Date.parse(instant) - now.getTime()) / 1000;
  if (Number.isNaN(seconds)) return instant;
  return seconds >= 0
    ? `${instant} (in ${humanSeconds(seconds)})`
    : `${instant} (${humanSeconds(-seconds)} ago)`;
}
