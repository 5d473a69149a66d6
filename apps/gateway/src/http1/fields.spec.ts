import { OF_REQUESTS, OF_RESPONSES, onlyValue, parseFields, valuesOf, withoutFields } from './fields.js';
import { MalformedMessage } from './malformed-message.js';

const BLANKS = ['', ' ', '\t', ' \t '];

/** The rule that the fields of this text break, or the fields themselves. */
function parsed(text: string, alphabet = OF_REQUESTS, from = 0): unknown {
  try {
    return parseFields(text, from, alphabet);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessage);
    return (error as Error).message;
  }
}

describe('parseFields', () => {
  test('reads lines in their order, from an offset on, with names in lower case', () => {
    expect(parsed('GET\r\nX-A1: b\r\nx-a1:c\r\nD:\r\n', OF_REQUESTS, 5)).toEqual([
      ['x-a1', 'b'],
      ['x-a1', 'c'],
      ['d', ''],
    ]);
    expect(parsed('')).toEqual([]);
  });

  test('drops blanks around a value, and none within it', () => {
    for (const before of BLANKS)
      for (const behind of BLANKS) {
        expect(parsed(`A:${before}b \t c${behind}\r\n`)).toEqual([['a', 'b \t c']]);
        expect(parsed(`A:${before}${behind}\r\nB: c\r\n`)).toEqual([
          ['a', ''],
          ['b', 'c'],
        ]);
      }
  });

  test.each([
    ['no colon', 'A\r\n', 'a header line has no colon'],
    ['a colon in the next line only', 'A\r\nB: c\r\n', 'a header line has no colon'],
    ['no end', 'A: b', 'a header line has no colon'],
    ['no name', ': b\r\n', 'a header name has a character other than letters, digits and -'],
    [
      'a space before the colon',
      'A : b\r\n',
      'a header name has a character other than letters, digits and -',
    ],
    [
      'a space before the name',
      ' A: b\r\n',
      'a header name has a character other than letters, digits and -',
    ],
    ['a NUL behind the name', 'A\0: b\r\n', 'a header name has a character other than letters, digits and -'],
    ['_ in a name', 'A_B: c\r\n', 'a header name has a character other than letters, digits and -'],
    ['a NUL in front of a value', 'A: \0b\r\n', 'a header value has a character other than visible ASCII'],
    ['a DEL behind a value', 'A: b\x7f\r\n', 'a header value has a character other than visible ASCII'],
    ['a byte beyond ASCII', 'A: \xe9\r\n', 'a header value has a character other than visible ASCII'],
    ['a tab beside a length', 'Content-Length:\t2\r\n', 'a tab beside content-length'],
    ['a tab behind a coding', 'Transfer-Encoding: chunked\t\r\n', 'a tab beside transfer-encoding'],
  ])('P4: rejects a request with %s', (_, text, rule) => {
    expect(parsed(text)).toBe(rule);
  });

  test('a tab beside a length counts only in its own line', () => {
    expect(parsed('A:\tb\r\nContent-Length: 2\r\nC:\td\r\n')).toHaveLength(3);
  });

  test.each([
    ['no name', ': b\r\n', 'a header name is no token'],
    ['a space in a name', 'A B: c\r\n', 'a header name is no token'],
    ['a space before the colon', 'A : b\r\n', 'a header name is no token'],
    ['a space before the name', ' A: b\r\n', 'a header name is no token'],
    ['a NUL in front of a value', 'A: \0b\r\n', 'a header value has a control character'],
    ['a DEL behind a value', 'A: b\x7f\r\n', 'a header value has a control character'],
  ])('P4: rejects a response with %s', (_, text, rule) => {
    expect(parsed(text, OF_RESPONSES)).toBe(rule);
  });

  test('accepts in a response each mark of a token, and bytes beyond ASCII in a value', () => {
    const name = "!#$%&'*+.^_`|~-Az09";
    expect(parsed(`${name}: \x80\t~\xff\r\n`, OF_RESPONSES)).toEqual([[name.toLowerCase(), '\x80\t~\xff']]);
  });
});

test('a field has one value, or none; twice is an error even if both are the same', () => {
  const fields = [
    ['a', '1'],
    ['b', '2'],
    ['b', '2'],
  ] as const;
  expect([onlyValue(fields, 'a'), onlyValue(fields, 'c'), onlyValue([['d', '']], 'd')]).toEqual([
    '1',
    undefined,
    '',
  ]);
  expect(() => onlyValue(fields, 'b')).toThrow(new MalformedMessage('b is given twice'));
  expect(() => onlyValue([...fields, ['a', '']], 'a')).toThrow('a is given twice');
});

test('all values of a field come in their order', () => {
  const fields = [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
  ] as const;
  expect([valuesOf(fields, 'a'), valuesOf(fields, 'c')]).toEqual([['1', '3'], []]);
});

test('fields are left out with their values, and a value that looks like such a name stays', () => {
  const flat = ['a', 'b', 'b', '1', 'c', '2'];
  expect(withoutFields(flat, (name) => name === 'b')).toEqual(['a', 'b', 'c', '2']);
});
