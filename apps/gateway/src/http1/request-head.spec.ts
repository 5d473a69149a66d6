/** @soak */

import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import { MalformedMessage } from './malformed-message.js';
import { PreviousFieldLines, parseRequestHead } from './request-head.js';

const name = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/);
const value = fc.stringMatching(/^(?:[!-~](?:[ -~]{0,12}[!-~])?)?$/);
const blanks = fc.stringMatching(/^[ \t]{0,3}$/);
const heads = fc.record({
  method: fc.constantFrom('GET', 'POST', 'M-SEARCH'),
  target: fc.stringMatching(/^\/[a-z0-9/?=]{0,20}$/),
  minorVersion: fc.constantFrom(0 as const, 1 as const),
  fields: fc.array(fc.record({ name, value, before: blanks, behind: blanks }), { maxLength: 6 }),
});
type Head = typeof heads extends fc.Arbitrary<infer T> ? T : never;

const written = ({ method, target, minorVersion, fields }: Head) =>
  `${method} ${target} HTTP/1.${minorVersion}\r\n${fields
    .map((field) => `${field.name}:${field.before}${field.value}${field.behind}\r\n`)
    .join('')}`;
const meant = ({ method, target, minorVersion, fields }: Head) => ({
  method,
  target,
  minorVersion,
  fields: fields.map((field) => [field.name.toLowerCase(), field.value]),
});

/** A head as it is when parsed and written again, in one spelling; undefined if it is refused. */
function canonical(text: string, previous = new PreviousFieldLines()): string | undefined {
  try {
    const { method, target, minorVersion, fields } = parseRequestHead(text, previous);
    return JSON.stringify([method, target, minorVersion, fields]);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

describe('the heads of one connection', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.string({ unit: 'binary-ascii', maxLength: 1 })), {
    maxLength: 5,
  });

  test('P4: each is read as if it had come alone, whatever came before', () => {
    fc.assert(
      fc.property(heads, damage, (head, changes) => {
        const previous = new PreviousFieldLines();
        const text = written(head);
        for (const [place, byte] of changes) {
          const at = place % text.length;
          for (const sent of [text, text.slice(0, at) + byte + text.slice(at + 1), text])
            expect(canonical(sent, previous)).toBe(canonical(sent));
        }
      }),
      { numRuns: runs(1_000) },
    );
  });

  test('the same field lines are parsed once; others, however alike, are parsed again', () => {
    const previous = new PreviousFieldLines();
    const fieldsOf = (target: string, lines: string) =>
      parseRequestHead(`GET ${target} HTTP/1.1\r\n${lines}`, previous).fields;
    const lines = 'Host: a\r\nAccept: text/html\r\n';
    const fields = fieldsOf('/x', lines);
    expect(fieldsOf('/another', lines)).toBe(fields);
    expect(fieldsOf('/x', lines.replace(' a', ' b'))).toEqual([
      ['host', 'b'],
      ['accept', 'text/html'],
    ]);
    for (let time = 0; time < 2; time += 1)
      expect(() => fieldsOf('/x', 'Host: b\r\nbad\r\n')).toThrow(MalformedMessage);
    expect(fieldsOf('/x', lines)).toEqual(fields);
  });

  test('the field lines of a head longer than 4 KiB are parsed again each time, and not kept', () => {
    const previous = new PreviousFieldLines();
    const fieldsOf = (lines: string) => parseRequestHead(`GET /x HTTP/1.1\r\n${lines}`, previous).fields;
    const short = fieldsOf('Host: a\r\n');
    expect(previous.keeps(short)).toBe(true);
    // As long as a head may be that is kept, and one character more.
    const linesOf = (length: number) => `X: ${'x'.repeat(length - 'GET /x HTTP/1.1\r\nX: \r\n'.length)}\r\n`;
    expect(previous.keeps(fieldsOf(linesOf(4_096)))).toBe(true);
    expect(previous.keeps(fieldsOf(linesOf(4_097)))).toBe(false);
    const lines = `Host: a\r\nX-Long: ${'x'.repeat(4_096)}\r\n`;
    const long = fieldsOf(lines);
    expect(long).toEqual([
      ['host', 'a'],
      ['x-long', 'x'.repeat(4_096)],
    ]);
    expect([previous.keeps(long), previous.keeps(short)]).toEqual([false, false]);
    expect(fieldsOf(lines)).not.toBe(long);
    expect(fieldsOf('Host: a\r\n')).toEqual([['host', 'a']]);
  });
});

describe('parseRequestHead', () => {
  test('P4: reads every plain head as it was meant, with any blanks around a value', () => {
    fc.assert(
      fc.property(heads, (head) => {
        expect(parseRequestHead(written(head), new PreviousFieldLines())).toEqual(meant(head));
      }),
    );
  });

  test('P4: a byte more or less is refused or seen: no byte is dropped, except blanks around a value', () => {
    fc.assert(
      fc.property(heads, fc.nat(), fc.string({ unit: 'binary-ascii', maxLength: 1 }), (head, place, byte) => {
        const text = written(head);
        const at = place % text.length;
        const changed =
          byte === '' ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, at) + byte + text.slice(at);
        fc.pre(plain(changed) !== plain(text));
        expect(canonical(changed)).not.toBe(canonical(text));
      }),
      { numRuns: runs(1_000) },
    );
  });

  test.each([
    ['two spaces', 'GET  /x HTTP/1.1\r\nHost: a\r\n'],
    ['two spaces before the version', 'GET /x  HTTP/1.1\r\nHost: a\r\n'],
    ['a space behind the version', 'GET /x HTTP/1.1 \r\nHost: a\r\n'],
    ['a space in front', ' GET /x HTTP/1.1\r\nHost: a\r\n'],
    ['another protocol', 'GET /x RTSP/1.1\r\nHost: a\r\n'],
    ['another version', 'GET /x HTTP/1.2\r\nHost: a\r\n'],
    ['no version', 'GET /x\r\nHost: a\r\n'],
    ['no target', 'GET HTTP/1.1\r\nHost: a\r\n'],
    ['an empty line in front', '\r\nGET /x HTTP/1.1\r\nHost: a\r\n'],
    ['a method of another case', 'Get /x HTTP/1.1\r\nHost: a\r\n'],
    ['a space before a colon', 'GET /x HTTP/1.1\r\nHost : a\r\n'],
    ['a folded value', 'GET /x HTTP/1.1\r\nHost:\r\n a\r\n'],
    ['a bare line feed', 'GET /x HTTP/1.1\nHost: a\r\n'],
    ['a bare line feed in a field', 'GET /x HTTP/1.1\r\nHost: a\nX: b\r\n'],
    ['a bare carriage return in a field', 'GET /x HTTP/1.1\r\nHost: a\rX: b\r\n'],
    ['a bare carriage return in a target', 'GET /x\r HTTP/1.1\r\nHost: a\r\n'],
    ['a byte beyond ASCII', 'GET /x HTTP/1.1\r\nHost: \xe9\r\n'],
    ['a line without colon', 'GET /x HTTP/1.1\r\nHost\r\nX: a\r\n'],
    ['a line without name', 'GET /x HTTP/1.1\r\n: a\r\n'],
    ['a line that does not end', 'GET /x HTTP/1.1\r\nHost: a'],
    ['nothing', ''],
  ])('P4: refuses %s', (_, text) => {
    expect(canonical(text)).toBeUndefined();
  });

  test.each(['Content-Length', 'transfer-encoding'])(
    'P4: refuses a tab beside the value of %s, but accepts spaces',
    (field) => {
      const taken = (before: string, behind: string) =>
        canonical(`POST /x HTTP/1.1\r\nHost: a\r\n${field}:${before}2${behind}\r\nX:\tb\r\n`) !== undefined;
      expect([taken('', ''), taken(' ', ''), taken('  ', ' ')]).toEqual([true, true, true]);
      expect([taken('\t', ''), taken(' \t', ''), taken(' ', ' \t ')]).toEqual([false, false, false]);
    },
  );

  test.each<[string, boolean]>([
    ['GET /x HTTP/2.0\r\n', false],
    ['GET  /x HTTP/1.1\r\n', false],
    ['GETX /x HTTP/1.1\r\n', false],
    ['CONNECT a:443 HTTP/1.1\r\nHost: a\r\n', true],
    ['GET /x RTSP/1.1\r\n', true],
    ['SSH-2.0-x\r\n', true],
    ['EHLO a\r\n', true],
  ])('what cannot be followed by HTTP is told apart from a bad request: %j', (text, endsHttp) => {
    let thrown: unknown;
    try {
      parseRequestHead(text, new PreviousFieldLines());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ endsHttp });
  });
});

test.each<[string, string, boolean]>([
  ['GETX /x HTTP/1.1\r\n', 'the method is not known', false],
  ['G /x HTTP/1.1\r\n', 'the method is not known', false],
  ['CONNECT a:443 HTTP/1.1\r\n', 'a method that is never forwarded', true],
  ['GET /\xe9 HTTP/1.1\r\n', 'the target has a character other than visible ASCII', false],
  ['GET \x7f/ HTTP/1.1\r\n', 'the target has a character other than visible ASCII', false],
  ['GET /\0x HTTP/1.1\r\n', 'the target has a character other than visible ASCII', false],
  ['GET /x HTTP/3\r\n', 'not a plain HTTP/1.1 request line', false],
  ['get /x http/1.1\r\n', 'not a plain HTTP/1.1 request line', false],
  ['M-SEARCH * HTTP/1.1  \r\n', 'not a plain HTTP/1.1 request line', false],
  ['GET HTTP/1.1\r\n', 'not a plain HTTP/1.1 request line', false],
  ['GET  HTTP/1.1\r\n', 'the target has a character other than visible ASCII', false],
  ['HTTP/1.1\r\nHost: a\r\n', 'not a request', true],
  [' /x HTTP/1.1\r\n', 'not a request', true],
  ['1 GET /x HTTP/1.2\r\n', 'not a request', true],
  ['GET /x HTTP/1.1x\r\n', 'not a request', true],
  ['GET /x HTTP/\r\n', 'not a request', true],
  ['GET /x HTTPS/1.2\r\n', 'not a request', true],
  ['', 'not a request', true],
])('%j is %s', (text, message, endsHttp) => {
  let thrown: unknown;
  try {
    parseRequestHead(text, new PreviousFieldLines());
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ message, endsHttp });
});

test.each(['ACL', 'DELETE', 'GET', 'M-SEARCH', 'PATCH', 'QUERY', 'UNLOCK', 'UNSUBSCRIBE'])(
  '%s is a method',
  (method) => {
    expect(parseRequestHead(`${method} * HTTP/1.0\r\na: b\r\n`, new PreviousFieldLines())).toEqual({
      method,
      target: '*',
      minorVersion: 0,
      fields: [['a', 'b']],
    });
  },
);

const plain = (text: string) => text.replace(/:[ \t]+/g, ':').replace(/[ \t]+\r\n/g, '\r\n');
