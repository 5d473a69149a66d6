import { showHiddenCharacters } from '@countersign/contract';

/**
 * Makes text from elsewhere harmless for a terminal. Control characters, and characters that reorder or hide text
 * (bidirectional, zero-width), become \u{…}; line breaks become ⏎.
 */
export function escapeForTerminal(text: string): string {
  return showHiddenCharacters(
    text.replace(/\r\n|[\r\n\u2028\u2029]/g, ' ⏎ '),
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** JSON for programs, in which people see every character too: hidden ones are escaped, and the value is the same. */
export const formatJson = (value: unknown, indent = 2): string =>
  JSON.stringify(value, null, indent).replace(/[^\n]+/g, (line) =>
    showHiddenCharacters(line, (character) =>
      [...Array(character.length).keys()]
        .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
        .join(''),
    ),
  );

/** Rows under their headings. Each column is as wide as its widest cell. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map(escapeForTerminal));
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

/** One line of `formatFacts`: a name, and a value of one or more lines. */
export type Fact = readonly [name: string, value: string | string[]];

/** `name  value` lines. Further lines of a value are indented below its first. */
export function formatFacts(facts: readonly Fact[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts
    .flatMap(([name, value]) =>
      [value]
        .flat()
        .map((line, index) => `${(index === 0 ? name : '').padEnd(width)}  ${escapeForTerminal(line)}`),
    )
    .join('\n');
}

/** A count with its noun: `1 grant`, `2 grants`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** A fact if there is a value, and no line if there is none. */
export const optionalFact = (name: string, value: string | string[] | null | undefined): Fact[] =>
  value === null || value === undefined ? [] : [[name, value]];

/** Quotes text, if it must be quoted, so that the shell reads it as one word. */
export const quoteForShell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
