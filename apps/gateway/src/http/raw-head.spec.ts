import fc from 'fast-check';
import { isHeadAsParsed } from './http-reader.js';

const name = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/);
const value = fc.stringMatching(/^(?:[!-~](?:[ -~]{0,12}[!-~])?)?$/);
const blanks = fc.stringMatching(/^[ \t]{0,3}$/);
const parsed = fc.record({
  method: fc.constantFrom('GET', 'POST', 'M-SEARCH'),
  url: fc.stringMatching(/^\/[a-z0-9/?=]{0,20}$/),
  fields: fc.array(fc.record({ name, value, before: blanks, behind: blanks }), { maxLength: 6 }),
});
type Parsed = typeof parsed extends fc.Arbitrary<infer T> ? T : never;

const written = ({ method, url, fields }: Parsed) =>
  `${method} ${url} HTTP/1.1\r\n${fields
    .map((field) => `${field.name}:${field.before}${field.value}${field.behind}\r\n`)
    .join('')}\r\n`;
const asNodeGives = ({ method, url, fields }: Parsed) => ({
  method,
  url,
  rawHeaders: fields.flatMap((field) => [field.name, field.value]),
});

describe('isHeadAsParsed', () => {
  test('P4: takes every head that is written plainly, with any blanks around a value', () => {
    fc.assert(
      fc.property(parsed, (head) => {
        expect(isHeadAsParsed(written(head), asNodeGives(head))).toBe(true);
      }),
    );
  });

  test('P4: a byte more or a byte less, anywhere but in the blanks around a value, is not taken', () => {
    fc.assert(
      fc.property(
        parsed,
        fc.nat(),
        fc.string({ unit: 'binary-ascii', maxLength: 1 }),
        (head, place, byte) => {
          const text = written(head);
          const at = place % text.length;
          const changed =
            byte === '' ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, at) + byte + text.slice(at);
          // Blanks may come and go where a value begins and ends; nowhere else.
          fc.pre(plain(changed) !== plain(text));
          expect(isHeadAsParsed(changed, asNodeGives(head))).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['two spaces', 'GET  /x HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another protocol', 'GET /x RTSP/1.1\r\nHost: a\r\n\r\n'],
    ['an empty line in front', '\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a space before a colon', 'GET /x HTTP/1.1\r\nHost : a\r\n\r\n'],
    ['a folded value', 'GET /x HTTP/1.1\r\nHost:\r\n a\r\n\r\n'],
    ['a field that the parser did not tell of', 'GET /x HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n'],
    ['a field less', 'GET /x HTTP/1.1\r\n\r\n'],
    ['a bare line feed', 'GET /x HTTP/1.1\nHost: a\r\n\r\n'],
    ['nothing', ''],
  ])('P4: does not take %s', (_, text) => {
    expect(isHeadAsParsed(text, { method: 'GET', url: '/x', rawHeaders: ['Host', 'a'] })).toBe(false);
  });

  test.each([
    ['Content-Length', '2'],
    ['transfer-encoding', 'chunked'],
  ])('P4: does not take a tab beside the value of %s, but spaces', (name, value) => {
    const taken = (before: string, behind: string) =>
      isHeadAsParsed(`POST /x HTTP/1.1\r\nHost: a\r\n${name}:${before}${value}${behind}\r\nX:\tb\r\n\r\n`, {
        method: 'POST',
        url: '/x',
        rawHeaders: ['Host', 'a', name, value, 'X', 'b'],
      });
    expect([taken('', ''), taken(' ', ''), taken('  ', ' ')]).toEqual([true, true, true]);
    expect([taken('\t', ''), taken(' \t', ''), taken(' ', ' \t ')]).toEqual([false, false, false]);
  });
});

const plain = (text: string) => text.replace(/:[ \t]+/g, ':').replace(/[ \t]+\r\n/g, '\r\n');
