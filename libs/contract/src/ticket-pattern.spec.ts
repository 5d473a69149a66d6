import fc from 'fast-check';
import { isTicketPattern, matchesTicket } from './ticket-pattern.js';

test.each([
  ['CASE-####', 'CASE-4711', true],
  ['CASE-####', 'CASE-471', false],
  ['CASE-####', 'CASE-47110', false],
  ['CASE-####', 'case-4711', false],
  ['CASE-####', ' CASE-4711', false],
  ['CASE-*', 'CASE-4711', true],
  ['CASE-*', 'CASE-', false],
  ['*-#', 'A-B-1', true],
  ['INC?', 'INCA', true],
  ['INC?', 'INC-', false],
  ['#', '٣', false],
])('%s and %s: %s', (pattern, ticket, fits) => {
  expect(isTicketPattern(pattern)).toBe(true);
  expect(matchesTicket(pattern, ticket)).toBe(fits);
});

test.each(['', '(a+)+', 'CASE[0-9]', 'a\\d', '*****', 'x'.repeat(101)])('%j is no pattern', (pattern) => {
  expect(isTicketPattern(pattern)).toBe(false);
});

/** The same as a regular expression, which is fine for short texts. */
const asRegExp = (pattern: string): RegExp =>
  new RegExp(
    `^${[...pattern]
      .map((sign) =>
        sign === '#'
          ? '[0-9]'
          : sign === '?'
            ? '[A-Za-z0-9]'
            : sign === '*'
              ? '[A-Za-z0-9._-]+'
              : sign.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'),
      )
      .join('')}$`,
  );

test('a pattern matches what its regular expression matches', () => {
  const text = (signs: string) => fc.string({ unit: fc.constantFrom(...signs), maxLength: 8 });
  fc.assert(
    fc.property(text('aB1-#?*'), text('aB12-._ '), (pattern, ticket) => {
      expect(matchesTicket(pattern, ticket)).toBe(asRegExp(pattern).test(ticket));
    }),
  );
});
