import type { Fields } from './fields.js';
import { readRequestFraming, readResponseFraming } from './framing.js';

const length = (value: string) => ['content-length', value] as const;
const coding = (value: string) => ['transfer-encoding', value] as const;
const BOTH = 'both Content-Length and Transfer-Encoding';
const NO_NUMBER = 'Content-Length is not a plain number';
const OTHER_CODING = 'a transfer coding other than chunked';

describe('how the body of a request ends', () => {
  test.each<[Fields, unknown]>([
    [[], { kind: 'none' }],
    [[length('0')], { kind: 'none' }],
    [[length('1')], { kind: 'length', bytes: 1 }],
    [[length('10')], { kind: 'length', bytes: 10 }],
    [[length('999999999999999')], { kind: 'length', bytes: 999_999_999_999_999 }],
    [[coding('chunked')], { kind: 'chunked' }],
  ])('%j: %j', (fields, framing) => {
    expect(readRequestFraming(fields)).toEqual(framing);
  });

  test.each<[Fields, string]>([
    [[length('1'), coding('chunked')], BOTH],
    [[length('0'), coding('chunked')], BOTH],
    [[length('1'), length('1')], 'content-length is given twice'],
    [[coding('chunked'), coding('chunked')], 'transfer-encoding is given twice'],
    [[length('')], NO_NUMBER],
    [[length('00')], NO_NUMBER],
    [[length('01')], NO_NUMBER],
    [[length('+1')], NO_NUMBER],
    [[length('1x')], NO_NUMBER],
    [[length('0x1')], NO_NUMBER],
    [[length('1000000000000000')], NO_NUMBER],
    [[coding('')], OTHER_CODING],
    [[coding('Chunked')], OTHER_CODING],
    [[coding('gzip, chunked')], OTHER_CODING],
  ])('P4: %j is refused: %s', (fields, rule) => {
    expect(() => readRequestFraming(fields)).toThrow(rule);
  });
});

describe('how the body of a response ends', () => {
  const read = (fields: Fields, minorVersion: 0 | 1 = 1, isBodiless = false) =>
    readResponseFraming(fields, { minorVersion, isBodiless });

  test.each<[string, unknown, unknown]>([
    ['nothing', read([]), { kind: 'close' }],
    ['no bytes', read([length('0')]), { kind: 'none' }],
    ['bytes', read([length('7')]), { kind: 'length', bytes: 7 }],
    ['bytes of HTTP/1.0', read([length('7')], 0), { kind: 'length', bytes: 7 }],
    ['chunks in any case', read([coding('CHUNKED')]), { kind: 'chunked' }],
    ['no body, whatever its fields say', read([length('7')], 1, true), { kind: 'none' }],
    ['no body and no fields', read([], 1, true), { kind: 'none' }],
    ['no body, but a coding', read([coding('chunked')], 1, true), { kind: 'none' }],
  ])('%s', (_, framing, expected) => {
    expect(framing).toEqual(expected);
  });

  test.each(['', 'gzip', 'gzip, chunked', 'chunked, chunked', 'chunked;q=1', 'x-chunked'])(
    'P4: the coding %j is refused, also without a body',
    (name) => {
      expect(() => read([coding(name)])).toThrow(OTHER_CODING);
      expect(() => read([coding(name)], 1, true)).toThrow(OTHER_CODING);
    },
  );

  test('P4: HTTP/1.0 has no codings, also not without a body', () => {
    expect(() => read([coding('chunked')], 0)).toThrow(OTHER_CODING);
    expect(() => read([coding('chunked')], 0, true)).toThrow(OTHER_CODING);
  });
});
