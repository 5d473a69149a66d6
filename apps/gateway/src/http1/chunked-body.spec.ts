import fc from 'fast-check';
import { ChunkedBody } from './chunked-body.js';
import { MalformedMessage } from './malformed-message.js';

/** Pushes the text in pieces that end at these offsets. Returns the content, and how many of the bytes belong to the body. */
function decode(text: string, cuts: readonly number[] = [], body = new ChunkedBody('plain')) {
  const bytes = Buffer.from(text, 'latin1');
  const ends = [...new Set(cuts.filter((at) => at < bytes.length)), bytes.length].sort((a, b) => a - b);
  let content = '';
  let taken = 0;
  for (const [index, end] of ends.entries()) {
    const from = ends[index - 1] ?? 0;
    taken =
      from +
      body.push(bytes.subarray(from, end), 0, (piece) => {
        content += piece.toString('latin1');
      });
    if (body.isDone) break;
  }
  return { content, taken, isDone: body.isDone, isPlain: body.isPlain };
}

const pieces = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }), { maxLength: 6 });
const encoded = (parts: readonly string[]) =>
  `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;

describe('ChunkedBody', () => {
  test('P4: reads every plain body exactly to its end, however it is split, and nothing after it', () => {
    fc.assert(
      fc.property(
        pieces,
        fc.array(fc.nat(300)),
        fc.string({ unit: 'binary-ascii' }),
        (parts, cuts, behind) => {
          const text = encoded(parts);
          expect(decode(text + behind, cuts)).toEqual({
            content: parts.join(''),
            taken: text.length,
            isDone: true,
            isPlain: true,
          });
        },
      ),
    );
  });

  test('a read with thousands of small chunks gives one piece, which is no part of the read', () => {
    const bytes = Buffer.from('1\r\nx\r\n'.repeat(4_000), 'latin1');
    const got: Buffer[] = [];
    new ChunkedBody('plain').push(bytes, 0, (piece) => got.push(piece));
    expect(got.map(String)).toEqual(['x'.repeat(4_000)]);
    expect(got[0]?.buffer).not.toBe(bytes.buffer);
  });

  test('large chunks are passed on without a copy, in their order between small ones', () => {
    const large = 'l'.repeat(4_096);
    const bytes = Buffer.from(encoded(['a', 'b', large, 'c', large, large]), 'latin1');
    const got: Buffer[] = [];
    new ChunkedBody('plain').push(bytes, 0, (piece) => got.push(piece));
    expect(got.map(String)).toEqual(['ab', large, 'c', large, large]);
    expect(got.map(({ buffer }) => buffer === bytes.buffer)).toEqual([false, true, false, true, true]);
  });

  describe('the attack “bodies in chunks of one byte take the processor from all tenants”', () => {
    const tiny = (count: number) => encoded(Array.from({ length: count }, () => 'x')).slice(0, -5);
    const read = (text: string, body?: ChunkedBody) => decode(text, [], body).content.length;

    test('of a request, thousands of tiny chunks are read, and no more', () => {
      expect(read(tiny(4_096))).toBe(4_096);
      expect(() => read(tiny(4_097))).toThrow(new MalformedMessage('its chunks contain too few bytes each'));
    });

    test('8 bytes in each are enough, and large chunks make up for tiny ones', () => {
      const events = encoded(Array.from({ length: 20_000 }, () => '{"a":1}\n'));
      expect(read(events)).toBe(160_000);
      expect(read(encoded(['x'.repeat(8_000 * 8)]).slice(0, -5) + tiny(8_000))).toBe(8_000 * 9);
      const short = encoded(Array.from({ length: 4_097 }, () => '{"a":1}')).slice(0, -5);
      expect(() => read(short)).toThrow(MalformedMessage);
    });

    test('an answer may have any', () => {
      expect(read(tiny(20_000), new ChunkedBody('any'))).toBe(20_000);
    });
  });

  test('P4: a byte that is not a digit, anywhere in the line of a size, is refused', () => {
    fc.assert(
      fc.property(
        pieces,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        (parts, line, place, byte) => {
          const char = String.fromCharCode(byte);
          fc.pre(!/[0-9a-fA-F]/.test(char));
          const before = encoded(parts.slice(0, line % (parts.length + 1))).slice(0, -5);
          const rest = encoded(parts.slice(line % (parts.length + 1)));
          const at = place % (rest.indexOf('\r\n') + 2);
          expect(() => decode(before + rest.slice(0, at) + char + rest.slice(at))).toThrow(MalformedMessage);
        },
      ),
    );
  });

  test('reads hex digits of either case, and sizes up to 4 GiB', () => {
    const body = new ChunkedBody('plain');
    const size = 0xffff_ffff;
    body.push(Buffer.from('fFFffFFf\r\n'), 0, () => undefined);
    const piece = Buffer.alloc(1 << 20);
    for (let left = size; left > 0; left -= piece.length)
      body.push(piece.subarray(0, left), 0, () => undefined);
    expect(decode('\r\n0\r\n\r\n', [], body).isDone).toBe(true);
    expect(decode('0009\r\n123456789\r\n00\r\n\r\n').content).toBe('123456789');
    expect(decode('A\r\n1234567890\r\n0\r\n\r\n').content).toBe('1234567890');
  });

  test.each([
    ['2;x\r\n', 'a chunk has an extension, or the body has trailers'],
    ['g\r\n', 'the size of a chunk is not 1 to 8 hex digits'],
    ['000000000\r\n', 'the size of a chunk is not 1 to 8 hex digits'],
    ['0\r\r', 'a line of the chunked coding does not end with CRLF'],
  ])('%j is refused, and the rule is named: %s', (text, rule) => {
    expect(() => decode(text)).toThrow(new MalformedMessage(rule));
  });

  test.each([
    ['0;;\r\n', 'an odd extension of a chunk'],
    ['0\r\nConnection: close\r\n', 'a trailer that says how the body ends'],
  ])('%j of a response is refused, and the rule is named: %s', (text, rule) => {
    expect(() => decode(text, [], new ChunkedBody('any'))).toThrow(new MalformedMessage(rule));
  });

  test('bytes that are not the first of a read count from their offset', () => {
    const content: string[] = [];
    const body = new ChunkedBody('plain');
    const taken = body.push(Buffer.from('xx2\r\nab\r\n0\r\n\r\nGET'), 2, (piece) =>
      content.push(piece.toString()),
    );
    expect([taken, content, body.isDone]).toEqual([14, ['ab'], true]);
  });

  test('the bytes that are dropped have a limit for the whole body', () => {
    const rule = 'too many extensions or trailers';
    // 4 bytes each: "x: 1" without its line end.
    const trailers = (count: number) => `0\r\n${'x: 1\r\n'.repeat(count)}\r\n`;
    expect(decode(trailers(2_048), [], new ChunkedBody('any')).isDone).toBe(true);
    expect(() => decode(trailers(2_049), [], new ChunkedBody('any'))).toThrow(rule);
    const extended = `1;${'x'.repeat(4_095)}\r\na\r\n1;${'x'.repeat(4_095)}\r\na\r\n0`;
    expect(decode(`${extended}\r\n\r\n`, [], new ChunkedBody('any')).isDone).toBe(true);
    expect(() => decode(`${extended};`, [], new ChunkedBody('any'))).toThrow(rule);
  });

  test.each([
    '2;x\r\n',
    '2 \r\n',
    '\r\n',
    ';x\r\n',
    '2\n',
    '2\r{',
    '2\r\n{}}',
    '2\r\n{}\n',
    '2\r\n{}\rx',
    '0\r\nX',
    '0\r\n\rX',
    'g',
    '123456789',
  ])('P4: %j is refused', (text) => {
    expect(() => decode(text)).toThrow(MalformedMessage);
  });

  test('an unfinished body is neither done nor refused', () => {
    const text = '2\r\n{}\r\n0\r\n\r\n';
    for (let end = 0; end < text.length; end += 1) expect(decode(text.slice(0, end)).isDone).toBe(false);
  });

  test.each([
    ['an extension', '2;x=y;z\r\n{}\r\n0\r\n\r\n'],
    ['an extension of the last chunk', '2\r\n{}\r\n0;x\r\n\r\n'],
    ['an extension and trailers', '2;x\r\n{}\r\n0\r\nX: 1\r\n\r\n'],
    ['trailers', '2\r\n{}\r\n0\r\nX-A: 1\r\nX-B:\t2\r\n\r\n'],
  ])('of a response may have %s: it is dropped, and the body does not count as plain', (_, text) => {
    for (let cut = 1; cut < text.length; cut += 1) {
      const read = decode(text, [cut], new ChunkedBody('any'));
      expect(read).toEqual({ content: '{}', taken: text.length, isDone: true, isPlain: false });
    }
  });

  test.each([
    ['a bare line feed in an extension', '2;x\n{}\r'],
    ['a carriage return within an extension', '2;x\ry'],
    ['a NUL in a trailer', '0\r\nX: \0\r\n'],
    ['a bare line feed in a trailer', '0\r\nX: 1\n\r'],
    ['a carriage return within a trailer', '0\r\nX: 1\rY'],
    ['a DEL in a trailer', '0\r\nX: \x7f\r'],
    ['an extension without a name', '2;\r\n'],
    ['an extension without a size', ';x\r\n'],
    ['a quoted extension', '2;x="y"\r\n'],
    ['a space in an extension', '2; x\r\n'],
    ['a space in an extension before another one', '2; x;y\r\n'],
    ['a space behind an extension', '2;x \r\n'],
    ['an extension with an empty value', '2;x=\r\n'],
    ['an extension with a value alone', '2;=x\r\n'],
    ['a trailer without a colon', '0\r\nX\r\n'],
    ['a trailer that continues', '0\r\nX: 1\r\n 2\r\n'],
    ['a length in a trailer', '0\r\nContent-Length: 1\r\n'],
    ['a coding in a trailer', '0\r\nTransfer-Encoding: chunked\r\n'],
    ['the end of the connection in a trailer', '0\r\nX: 1\r\nConnection: close\r\n'],
    ['endless trailers', `0\r\n${'X: 1\r\n'.repeat(3_000)}`],
    ['an endless extension', `2;${'x'.repeat(8_200)}`],
  ])('P4: of a response is refused for %s', (_, text) => {
    expect(() => decode(text, [], new ChunkedBody('any'))).toThrow(MalformedMessage);
  });
});
