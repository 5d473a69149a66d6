import fc from 'fast-check';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { HeadCollector } from './head-collector.js';
import { MalformedMessage } from './malformed-message.js';

const HEAD = 'GET /x HTTP/1.1\r\nHost: a\r\nX: \r\r\n\n\r\r\n';

/** Pushes the text in pieces of these sizes. Returns the head and how many bytes of the text it took. */
function collect(text: string, sizes: (at: number) => number, max = 1_000) {
  const collector = new HeadCollector(max);
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; ) {
    const size = sizes(at);
    const head = collector.push(bytes.subarray(at, at + size), 0);
    if (head !== undefined) return { head, taken: at + collector.end, hasBegun: collector.hasBegun };
    at += size;
  }
  return undefined;
}

describe('HeadCollector', () => {
  test('finds the end of a head wherever it is split, and takes nothing behind it', () => {
    const text = `${HEAD}\r\n\r\nGET /next`;
    for (let first = 1; first < text.length; first += 1)
      for (let second = 1; second < text.length - first; second += 1) {
        const sizes = (at: number) => (at === 0 ? first : at === first ? second : text.length);
        const expected = { head: HEAD, taken: HEAD.length + 2, hasBegun: false };
        expect(collect(text, sizes)).toEqual(expected);
      }
  });

  test('reads head after head from one piece, from an offset on', () => {
    const collector = new HeadCollector(100);
    const bytes = Buffer.from('A\r\n\r\nB\r\n\r\nC\r\n');
    expect([collector.push(bytes, 0), collector.end]).toEqual(['A\r\n', 5]);
    expect([collector.push(bytes, 5), collector.end]).toEqual(['B\r\n', 10]);
    expect([collector.push(bytes, 10), collector.hasBegun]).toEqual([undefined, true]);
    expect([collector.push(Buffer.from('\r\nrest'), 0), collector.end]).toEqual(['C\r\n', 2]);
    expect(collector.push(Buffer.from('D\r\n'), 0)).toBeUndefined();
    expect(collector.push(Buffer.from('C\r\n\r'), 3)).toBeUndefined();
    expect([collector.push(Buffer.from('C\n'), 1), collector.end]).toEqual(['D\r\n', 2]);
  });

  test('a head of exactly the limit passes, one of a byte more does not, in however many pieces', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 200 }), fc.integer({ min: 1, max: 300 }), (size, piece) => {
        const text = `${'x'.repeat(size - 4)}\r\n\r\n`;
        expect(collect(text, () => piece, size)?.taken).toBe(size);
        expect(() => collect(text, () => piece, size - 1)).toThrow(MalformedMessage);
      }),
    );
  });

  test('the limit is for the head alone: what follows it in the same read may be longer', () => {
    const collector = new HeadCollector(5);
    expect([collector.push(Buffer.from(`A\r\n\r\n${'x'.repeat(100)}`), 0), collector.end]).toEqual([
      'A\r\n',
      5,
    ]);
  });

  test('a long head arrives as it was sent, in pieces of any size', () => {
    const head = `GET /x HTTP/1.1\r\n${Array.from({ length: 1_000 }, (_, at) => `X-A: ${at}\r\n`).join('')}`;
    for (const size of [1, 7, 600, 1_025, 5_000])
      expect(collect(`${head}\r\nbehind`, () => size, 20_000)).toEqual({
        head,
        taken: head.length + 2,
        hasBegun: false,
      });
  });

  test('a head that is too long names the rule', () => {
    expect(() => new HeadCollector(4).push(Buffer.from('12345'), 0)).toThrow(
      new MalformedMessage('the head is too long'),
    );
    const collector = new HeadCollector(4);
    expect(collector.push(Buffer.from('xx1234'), 2)).toBeUndefined();
    expect(() => collector.push(Buffer.from('5'), 0)).toThrow('the head is too long');
  });

  test('an endless head is refused before more than its limit is kept', () => {
    const collector = new HeadCollector(100);
    const push = () => collector.push(Buffer.from('x'.repeat(60)), 0);
    expect(push()).toBeUndefined();
    expect(push).toThrow(MalformedMessage);
    expect(() => new HeadCollector(100).push(Buffer.alloc(70_000, 'x'), 0)).toThrow(MalformedMessage);
    const other = new HeadCollector(100);
    other.push(Buffer.alloc(60), 0);
    const pushLong = () => expect(() => other.push(Buffer.alloc(70_000), 0)).toThrow(MalformedMessage);
    // Only one byte beyond the limit is copied and searched.
    expect(bytesTouched(pushLong)).toBeLessThanOrEqual(2 * 101);
  });

  test('the work for a head is linear: byte by byte at most a few times that of one piece', () => {
    const head = `GET /x HTTP/1.1\r\n${'X-A: 1234567\r\n'.repeat(1_000)}\r\n`;
    const whole = bytesTouched(() => collect(head, () => head.length, 20_000));
    const byByte = bytesTouched(() => collect(head, () => 1, 20_000));
    expect(whole).toBeLessThanOrEqual(head.length);
    // Each byte is searched with the three before it, and copied once, and once more as often as the memory doubles.
    expect(byByte).toBeLessThanOrEqual(8 * head.length);
  });

  test('keeps nothing of a head that it has read: an idle connection would hold on to its last piece', async () => {
    const read = [1, 7, 1_000].map((size) => {
      const collector = new HeadCollector(1_000);
      const bytes = Buffer.alloc(40);
      bytes.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
      for (let at = 0; at < bytes.length; at += size)
        if (collector.push(bytes.subarray(at, at + size), 0) !== undefined) break;
      return { collector, memory: new WeakRef(bytes.buffer) };
    });
    // A weak reference that was read is kept until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(read.map(({ memory }) => memory.deref())).toEqual([undefined, undefined, undefined]);
    expect(read.every(({ collector }) => !collector.hasBegun)).toBe(true);
  });
});

/** How many bytes `Buffer` searches and copies meanwhile: work is counted, because time depends on the machine. */
function bytesTouched(run: () => unknown): number {
  const { indexOf, copy } = Buffer.prototype;
  let touched = 0;
  Buffer.prototype.indexOf = function (this: Buffer, ...args: Parameters<Buffer['indexOf']>) {
    const found = indexOf.apply(this, args);
    const from = Number(args[1] ?? 0);
    touched += (found === -1 ? this.length : found + 4) - from;
    return found;
  } as Buffer['indexOf'];
  Buffer.prototype.copy = function (this: Buffer, ...args: Parameters<Buffer['copy']>) {
    const copied = copy.apply(this, args);
    touched += copied;
    return copied;
  } as Buffer['copy'];
  try {
    run();
  } finally {
    Object.assign(Buffer.prototype, { indexOf, copy });
  }
  return touched;
}

test('keeps no memory of its own for a head that it has read from pieces', async () => {
  const { allocUnsafeSlow } = Buffer;
  const blocks: WeakRef<ArrayBufferLike>[] = [];
  Buffer.allocUnsafeSlow = (size) => {
    const buffer = allocUnsafeSlow(size);
    blocks.push(new WeakRef(buffer.buffer));
    return buffer;
  };
  const collector = new HeadCollector(100);
  try {
    expect(collector.push(Buffer.from('A\r\n'), 0)).toBeUndefined();
    expect(collector.push(Buffer.from('\r\n'), 0)).toBe('A\r\n');
  } finally {
    Buffer.allocUnsafeSlow = allocUnsafeSlow;
  }
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(blocks.map((memory) => memory.deref())).toEqual([undefined]);
  expect(collector.hasBegun).toBe(false);
});
