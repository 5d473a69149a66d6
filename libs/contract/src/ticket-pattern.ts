/** The longest ticket that a request may name has 256 characters; this bounds the work of a match too. */
const MAX_WILDCARDS = 4;
const SIGNS = /^[A-Za-z0-9 _./#*?-]{1,100}$/;

/**
 * True for a pattern of tickets. `#` is one digit, `?` one letter or digit, `*` one or more letters, digits, `-`, `_` or `.`;
 * all else is itself. It is no regular expression: those can take hours over a text that fits almost.
 */
export const isTicketPattern = (pattern: string): boolean =>
  SIGNS.test(pattern) && pattern.split('*').length - 1 <= MAX_WILDCARDS;

const isDigit = (char: string | undefined): boolean => char !== undefined && /^[0-9]$/.test(char);
const isWord = (char: string | undefined): boolean => char !== undefined && /^[A-Za-z0-9]$/.test(char);
const isPart = (char: string | undefined): boolean => char !== undefined && /^[A-Za-z0-9._-]$/.test(char);

const fits = (sign: string, char: string | undefined): boolean =>
  sign === '#' ? isDigit(char) : sign === '?' ? isWord(char) : sign === '*' ? isPart(char) : sign === char;

/** Whether the whole ticket fits the pattern. Work grows with the length of the pattern times that of the ticket. */
export function matchesTicket(pattern: string, ticket: string): boolean {
  const signs = [...pattern];
  const chars = [...ticket];
  // The places of the pattern that are reached after the characters so far.
  let reached = new Set([0]);
  for (const char of chars) {
    const next = new Set<number>();
    for (const place of reached) {
      const sign = signs[place];
      if (sign !== undefined && fits(sign, char)) next.add(place + 1);
      if (place > 0 && signs[place - 1] === '*' && fits('*', char)) next.add(place);
    }
    reached = next;
  }
  return reached.has(signs.length);
}
