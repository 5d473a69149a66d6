import fc from 'fast-check';
import { ChunkScanner } from './chunk-scanner.js';

/** Feeds the text in pieces that end at these offsets. */
function scan(text: string, cuts: readonly number[] = []): ChunkScanner {
  const scanner = new ChunkScanner();
  const bytes = Buffer.from(text, 'latin1');
  let from = 0;
  for (const cut of [...new Set(cuts)].filter((at) => at < bytes.length).sort((a, b) => a - b)) {
    scanner.push(bytes.subarray(from, cut));
    from = cut;
  }
  scanner.push(bytes.subarray(from));
  return scanner;
}

const isOdd = (scanner: ChunkScanner) => scanner.violation() !== undefined;

const pieces = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }), { maxLength: 6 });
const encoded = (parts: readonly string[]) =>
  `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;

describe('ChunkScanner', () => {
  test('P4: reads every plain body exactly to its end, however it is split', () => {
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(300)), fc.string(), (parts, cuts, behind) => {
        const whole = scan(encoded(parts), cuts);
        expect([whole.isDone, isOdd(whole)]).toEqual([true, false]);
        expect(isOdd(scan(encoded(parts) + behind, cuts))).toBe(false);
      }),
    );
  });

  test('P4: a byte that is not a digit, anywhere in the line of a size, is a violation', () => {
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
          expect(isOdd(scan(before + rest.slice(0, at) + char + rest.slice(at)))).toBe(true);
        },
      ),
    );
  });

  test.each([
    '2;x\r\n',
    '2 \r\n',
    '\r\n',
    '2\n',
    '2\r{',
    '2\r\n{}}',
    '2\r\n{}\n',
    '0\r\nX',
    '0\r\n\rX',
    'g',
    '123456789',
  ])('%j is a violation', (text) => {
    expect(isOdd(scan(text))).toBe(true);
  });

  test('returns how many of the bytes belong to the body', () => {
    fc.assert(
      fc.property(pieces, fc.string({ unit: 'binary-ascii' }), (parts, behind) => {
        const body = encoded(parts);
        expect(new ChunkScanner().push(Buffer.from(body + behind, 'latin1'))).toBe(body.length);
      }),
    );
  });

  test('an unfinished body is neither done nor a violation', () => {
    const text = '2\r\n{}\r\n0\r\n\r\n';
    for (let end = 0; end < text.length; end += 1) {
      const scanner = scan(text.slice(0, end));
      expect([scanner.isDone, isOdd(scanner)]).toEqual([false, false]);
    }
  });
});
