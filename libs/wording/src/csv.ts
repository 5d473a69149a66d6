/** Text that a spreadsheet would run as a formula (OWASP, CSV injection), also after leading spaces. */
const FORMULA = /^[\s\uFEFF]*[=+\-@|%]/;

/**
 * A value as a CSV cell (RFC 4180) that no spreadsheet runs: an apostrophe precedes text that could be a formula, and
 * control characters become spaces.
 */
export function csvCell(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  const text = value === null || value === undefined ? '' : String(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it removes them
  const plain = text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
  const safe = FORMULA.test(plain) ? `'${plain}` : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** One line of CSV with its CRLF. */
export const csvLine = (cells: readonly unknown[]): string => `${cells.map(csvCell).join(',')}\r\n`;
