/** @soak */

import { jest } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { parseWithNode } from '../../../../test/support/node-parser.js';
import { runs } from '../../../../test/support/samples.js';
import {
  chunkLine,
  DateLine,
  endsConnection,
  LAST_CHUNK,
  UnwritableHead,
  writeFields,
  writeRequestHead,
  writeResponseHead,
} from './message-writer.js';
import { PreviousFieldLines, parseRequestHead } from './request-head.js';
import { parseResponseHead } from './response-head.js';

const anything = fc.oneof(
  anyText({ maxLength: 12 }),
  fc.stringMatching(/^[\t -~]{0,12}$/),
  fc.constantFrom('a\r\nb: c', 'a\nb', 'a\rb', '\0', 'GET', 'x: y', '€'),
);
const framings = fc.constantFrom(
  { kind: 'none' as const },
  { kind: 'length' as const, bytes: 7 },
  { kind: 'chunked' as const },
);
const pairs = (flat: readonly string[]) =>
  flat.flatMap((text, at) => (at % 2 === 0 ? [[text.toLowerCase(), (flat[at + 1] ?? '').trim()]] : []));
const withoutEmptyLine = (head: string) => head.slice(0, -2);

describe('writeRequestHead', () => {
  test('P4: whatever the parts hold, either nothing is written or exactly one head with these parts', () => {
    let count = 0;
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom('GET', 'POST'), anything),
        fc.oneof(fc.constant('/x'), anything),
        fc.array(anything, { maxLength: 4 }).map((flat) => flat.slice(0, flat.length & ~1)),
        framings,
        fc.boolean(),
        (method, target, fields, framing, isLast) => {
          let head: string;
          try {
            head = writeRequestHead({ method, target, fields, framing }, 'up:80', isLast);
          } catch (error) {
            expect(error).toBeInstanceOf(UnwritableHead);
            return;
          }
          count += 1;
          expect(head.indexOf('\r\n\r\n')).toBe(head.length - 4);
          const connection = isLast ? 'close' : 'keep-alive';
          expect(
            head.startsWith(`${method} ${target} HTTP/1.1\r\nhost: up:80\r\nconnection: ${connection}\r\n`),
          ).toBe(true);
          const [message, ...others] = parseWithNode('request', [Buffer.from(head, 'latin1')]);
          // Node knows no more methods than ours.
          if (message === undefined) return;
          expect([message.method, message.url, others.length]).toEqual([method, target, 0]);
          expect(message.fields.slice(2, 2 + fields.length / 2)).toEqual(pairs(fields));
        },
      ),
      { numRuns: runs(2_000) },
    );
    expect(count).toBeGreaterThan(runs(2_000) / 40);
  });

  test('what it writes is a plain request to our own reader', () => {
    const text = writeRequestHead(
      { method: 'POST', target: '/x?y=1', fields: ['accept', '*/*'], framing: { kind: 'chunked' } },
      'up',
      false,
    );
    expect(parseRequestHead(withoutEmptyLine(text), new PreviousFieldLines())).toEqual({
      method: 'POST',
      target: '/x?y=1',
      minorVersion: 1,
      fields: [
        ['host', 'up'],
        ['connection', 'keep-alive'],
        ['accept', '*/*'],
        ['transfer-encoding', 'chunked'],
      ],
    });
  });

  test.each([
    ['POST', { kind: 'none' as const }, 'content-length: 0\r\n'],
    ['GET', { kind: 'none' as const }, ''],
    ['PUT', { kind: 'length' as const, bytes: 9 }, 'content-length: 9\r\n'],
    ['PUT', { kind: 'none' as const }, 'content-length: 0\r\n'],
    ['PATCH', { kind: 'none' as const }, 'content-length: 0\r\n'],
    ['DELETE', { kind: 'none' as const }, ''],
    ['POST', { kind: 'chunked' as const }, 'transfer-encoding: chunked\r\n'],
  ])('%s with %j says %j', (method, framing, line) => {
    const head = writeRequestHead({ method, target: '/', fields: [], framing }, 'up', false);
    expect(head).toBe(`${method} / HTTP/1.1\r\nhost: up\r\nconnection: keep-alive\r\n${line}\r\n`);
  });
});

describe('what could end its line', () => {
  test.each(['', 'get', 'GET ', ' GET', 'GE T', 'GET1', 'GET\r\n', '\nGET'])(
    'P4: %j is no method',
    (method) => {
      expect(() =>
        writeRequestHead({ method, target: '/', fields: [], framing: { kind: 'none' } }, 'up', false),
      ).toThrow(new UnwritableHead('a request line'));
    },
  );

  test.each(['', 'x', '*', 'x/', '/ x', '/x\r\n', '/x\n', '/\x7f', '/\xe9', '/\t', '\n/x'])(
    'P4: %j is no target',
    (target) => {
      expect(() =>
        writeRequestHead({ method: 'GET', target, fields: [], framing: { kind: 'none' } }, 'up', false),
      ).toThrow(new UnwritableHead('a request line'));
    },
  );

  test.each<[string, string]>([
    ['', 'a'],
    ['a b', 'c'],
    ['a:', 'b'],
    [' a', 'b'],
    ['a\n', 'b'],
    ['\ra', 'b'],
    ['a\xe9', 'b'],
    ['a', 'b\r\nc: d'],
    ['a', '\nb'],
    ['a', 'b\r'],
    ['a', '\0'],
    ['a', '\x7f'],
    ['a', '€'],
  ])('P4: %j: %j is no field', (name, value) => {
    expect(() => writeFields(['x', 'y', name, value])).toThrow(new UnwritableHead('a header field'));
    expect(new UnwritableHead('x').name).toBe('UnwritableHead');
  });

  test('all else can be written', () => {
    const name = "!#$%&'*+.^_`|~-Az09";
    expect(writeFields([name, '\t ~\x80\xff', 'b', ''])).toBe(`${name}: \t ~\x80\xff\r\nb: \r\n`);
    expect(writeFields([])).toBe('');
    const head = writeRequestHead(
      { method: 'M-SEARCH', target: '/!~', fields: [], framing: { kind: 'none' } },
      'up:1',
      false,
    );
    expect(head).toBe('M-SEARCH /!~ HTTP/1.1\r\nhost: up:1\r\nconnection: keep-alive\r\n\r\n');
  });
});

test.each([
  ['GET', { kind: 'none' as const }, false],
  ['GET', { kind: 'chunked' as const }, true],
  ['GET', { kind: 'length' as const, bytes: 1 }, true],
  ['POST', { kind: 'chunked' as const }, false],
  ['HEAD', { kind: 'none' as const }, true],
])('after %s with %j the connection ends: %s', (method, framing, ends) => {
  expect(endsConnection({ method, framing })).toBe(ends);
});

test.each([
  [true, 'close'],
  [false, 'keep-alive'],
])('the head of a request says whether it is the last one of its connection: %s', (isLast, option) => {
  const request = { method: 'GET', target: '/', fields: ['a', 'b'], framing: { kind: 'none' as const } };
  const lines = writeRequestHead(request, 'up', isLast).split('\r\n');
  expect(lines.slice(1, 4)).toEqual(['host: up', `connection: ${option}`, 'a: b']);
});

test('the size of a chunk is written in hex, and that of the last one is 0', () => {
  expect([chunkLine(1), chunkLine(255), LAST_CHUNK]).toEqual(['1\r\n', 'ff\r\n', '0\r\n\r\n']);
});

describe('writeResponseHead', () => {
  test('has the phrase of its status, and none if there is none', () => {
    expect(writeResponseHead(404, writeFields(['a', 'b']), 'c: d\r\n')).toBe(
      'HTTP/1.1 404 Not Found\r\na: b\r\nc: d\r\n\r\n',
    );
    expect(writeResponseHead(299, writeFields([]), '')).toBe('HTTP/1.1 299 \r\n\r\n');
  });

  test('P4: whatever the fields hold, either nothing is written or exactly one head with these fields', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), anything, anything, (status, name, value) => {
        let head: string;
        try {
          head = writeResponseHead(status, writeFields([name, value]), 'Connection: close\r\n');
        } catch (error) {
          expect(error).toBeInstanceOf(UnwritableHead);
          return;
        }
        const read = parseResponseHead(withoutEmptyLine(head));
        expect(read).toMatchObject({ status, minorVersion: 1 });
        expect(read.fields).toEqual([...pairs([name, value]), ['connection', 'close']]);
      }),
      { numRuns: runs(2_000) },
    );
  });
});

test('a Date is that of its second, and is written once a second', () => {
  const written = jest.spyOn(Date.prototype, 'toUTCString');
  const date = new DateLine();
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  expect([date.at(at), date.at(at + 999), date.at(at + 1_000)]).toEqual([
    'Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n',
    'Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n',
    'Date: Fri, 02 Jan 2026 03:04:06 GMT\r\n',
  ]);
  expect(written).toHaveBeenCalledTimes(2);
  written.mockRestore();
});
