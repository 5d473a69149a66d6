import fc from 'fast-check';
import { requestBodyDecoder } from './body-decoder.js';
import { MalformedMessage } from './malformed-message.js';
import { RequestBody } from './request-body.js';

const CONTENT = 'hello world';
const CHUNKED = '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n';

/** A body, what its connection was told, and what its receiver got. */
function bodyOf(kind: 'length' | 'chunked') {
  const seen = { content: '', ends: 0, failures: 0, isPaused: false };
  const control = {
    pause: () => {
      seen.isPaused = true;
    },
    resume: () => {
      seen.isPaused = false;
    },
  };
  const framing = kind === 'length' ? { kind, bytes: CONTENT.length } : { kind };
  const body = new RequestBody(requestBodyDecoder(framing), control);
  const receiver = {
    onBodyPiece: (piece: Buffer) => {
      seen.content += piece.toString('latin1');
    },
    onBodyEnd: () => {
      seen.ends += 1;
    },
    onBodyFailure: () => {
      seen.failures += 1;
    },
  };
  return { body, receiver, seen };
}

/** What may happen between two pieces. */
const steps = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom('read' as const, 'pause' as const, 'resume' as const),
  ),
  { maxLength: 30 },
);

test('P4: a body arrives whole, once and in order, whatever stops and goes on between its pieces', () => {
  fc.assert(
    fc.property(fc.constantFrom('length' as const, 'chunked' as const), steps, (kind, moves) => {
      const { body, receiver, seen } = bodyOf(kind);
      const bytes = Buffer.from(kind === 'length' ? CONTENT : CHUNKED, 'latin1');
      let at = 0;
      let isReading = false;
      const push = (count: number) => {
        const end = Math.min(bytes.length, at + count);
        if (end === at) return;
        expect(body.push(bytes.subarray(at, end), 0)).toBe(end - at);
        at = end;
      };
      for (const step of moves) {
        const before = seen.content;
        if (typeof step === 'number') push(step);
        else if (step === 'read' && !isReading) {
          isReading = true;
          body.read(receiver);
        } else if (step === 'pause') body.pause();
        else if (step === 'resume' && isReading) body.resume();
        expect(seen.content.startsWith(before) && CONTENT.startsWith(seen.content)).toBe(true);
        if (!isReading) expect(seen.content).toBe('');
        expect(body.isDone).toBe(at === bytes.length);
      }
      if (!isReading) body.read(receiver);
      body.resume();
      push(bytes.length);
      expect(seen).toEqual({ content: CONTENT, ends: 1, failures: 0, isPaused: seen.isPaused });
      // What is behind the body is not its own.
      expect(body.push(Buffer.from('GET /'), 0)).toBe(0);
    }),
  );
});

test('a body that breaks the coding fails once, whether it is read before or afterwards', () => {
  const early = bodyOf('chunked');
  early.body.push(Buffer.from('5;x'), 0);
  expect(early.body.failure).toBeInstanceOf(MalformedMessage);
  early.body.read(early.receiver);
  early.body.resume();
  expect(early.seen).toMatchObject({ ends: 0, failures: 1 });
  const late = bodyOf('chunked');
  late.body.read(late.receiver);
  late.body.push(Buffer.from('5\r\nhello\r\n6;x'), 0);
  expect(late.seen).toMatchObject({ content: 'hello', ends: 0, failures: 1 });
  expect([late.body.failure, late.body.isDone]).toEqual([expect.any(MalformedMessage), false]);
});

test('an error of the receiver is no failure of the body: the caller of push gets it', () => {
  const { body, seen } = bodyOf('length');
  body.read({
    onBodyPiece: () => {
      throw new TypeError('a fault of ours');
    },
    onBodyEnd: () => undefined,
    onBodyFailure: () => {
      seen.failures += 1;
    },
  });
  expect(() => body.push(Buffer.from('hello'), 0)).toThrow(TypeError);
  expect([body.failure, seen.failures]).toEqual([undefined, 0]);
});

test('without a body there is only its end, and no byte belongs to it', () => {
  const { receiver, seen } = bodyOf('length');
  const none = new RequestBody(undefined, { pause: () => undefined, resume: () => undefined });
  expect([none.isDone, none.push(Buffer.from('GET /'), 3)]).toEqual([true, 3]);
  none.read(receiver);
  expect(seen).toMatchObject({ content: '', ends: 1, failures: 0 });
});

test('the connection reads on only if it was stopped, and stops once', () => {
  const calls: string[] = [];
  const control = { pause: () => void calls.push('pause'), resume: () => void calls.push('resume') };
  const receiver = {
    onBodyPiece: () => undefined,
    onBodyEnd: () => undefined,
    onBodyFailure: () => undefined,
  };
  const body = new RequestBody(requestBodyDecoder({ kind: 'length', bytes: 100_000 }), control);
  body.push(Buffer.alloc(16_383), 0);
  expect(calls).toEqual([]);
  body.push(Buffer.alloc(1), 0);
  body.push(Buffer.alloc(1), 0);
  expect(calls).toEqual(['pause']);
  body.read(receiver);
  body.pause();
  body.resume();
  // Bytes that were delivered no longer count towards the limit, so these do not stop the connection again.
  for (let count = 0; count < 4; count += 1) body.push(Buffer.alloc(8_192), 0);
  expect(calls).toEqual(['pause', 'resume']);
  body.pause();
  body.push(Buffer.alloc(16_384), 0);
  expect(calls).toEqual(['pause', 'resume', 'pause']);
  body.close();
  body.resume();
  expect(calls).toEqual(['pause', 'resume', 'pause']);
});

test('a body that is resumed before anyone reads it keeps all that has arrived', () => {
  const { body, receiver, seen } = bodyOf('length');
  body.resume();
  body.push(Buffer.from(CONTENT), 0);
  expect(seen).toMatchObject({ content: '', ends: 0 });
  body.read(receiver);
  expect(seen).toMatchObject({ content: CONTENT, ends: 1 });
});

test('a receiver that pauses again while it takes what waits leaves the connection stopped', () => {
  const calls: string[] = [];
  const control = { pause: () => void calls.push('pause'), resume: () => void calls.push('resume') };
  const body = new RequestBody(requestBodyDecoder({ kind: 'length', bytes: 100_000 }), control);
  for (let count = 0; count < 2; count += 1) body.push(Buffer.alloc(16_384), 0);
  let pieces = 0;
  body.read({
    onBodyPiece: () => {
      pieces += 1;
      body.pause();
    },
    onBodyEnd: () => undefined,
    onBodyFailure: () => undefined,
  });
  expect([pieces, calls]).toEqual([1, ['pause']]);
});

test('a body that has arrived whole stops no connection', () => {
  const calls: string[] = [];
  const control = { pause: () => void calls.push('pause'), resume: () => void calls.push('resume') };
  const body = new RequestBody(requestBodyDecoder({ kind: 'length', bytes: 20_000 }), control);
  body.push(Buffer.alloc(20_000), 0);
  expect([body.isDone, calls]).toEqual([true, []]);
});

/** A body of which two pieces and the end wait for the receiver. */
function waitingBody() {
  const waiting = bodyOf('chunked');
  for (const part of [CHUNKED.slice(0, 10), CHUNKED.slice(10)]) waiting.body.push(Buffer.from(part), 0);
  return waiting;
}

test('a body that is closed within a piece ends without a word', () => {
  const { body, seen } = waitingBody();
  body.read({
    onBodyPiece: (piece) => {
      seen.content += piece.toString();
      body.close();
    },
    onBodyEnd: () => {
      seen.ends += 1;
    },
    onBodyFailure: () => undefined,
  });
  body.resume();
  expect(seen).toMatchObject({ content: 'hello', ends: 0 });
});

test('the end comes once, however often the receiver goes on', () => {
  const { body, receiver, seen } = bodyOf('length');
  body.read(receiver);
  body.push(Buffer.from(CONTENT), 0);
  body.resume();
  body.push(Buffer.alloc(0), 0);
  expect(seen).toMatchObject({ content: CONTENT, ends: 1 });
});

test('the end waits while the receiver takes nothing, also if nothing else is left', () => {
  const { body, receiver, seen } = bodyOf('chunked');
  body.read(receiver);
  body.push(Buffer.from(CHUNKED.slice(0, -5)), 0);
  body.pause();
  body.push(Buffer.from(CHUNKED.slice(-5)), 0);
  expect(seen).toMatchObject({ content: CONTENT, ends: 0 });
  body.resume();
  expect(seen).toMatchObject({ content: CONTENT, ends: 1 });
});

test('a failure waits while the receiver takes nothing', () => {
  const { body, receiver, seen } = bodyOf('chunked');
  body.read(receiver);
  body.pause();
  body.push(Buffer.from('5\r\nhello\r\nx'), 0);
  expect(seen).toMatchObject({ content: '', failures: 0 });
  body.resume();
  expect(seen).toMatchObject({ content: 'hello', failures: 1 });
});

test('the connection stops reading once 16 KiB wait, and reads on when they were taken', () => {
  for (const begins of ['before', 'after']) {
    const isPausedAt: boolean[] = [];
    let isPaused = false;
    const control = {
      pause: () => {
        isPaused = true;
      },
      resume: () => {
        isPaused = false;
      },
    };
    const body = new RequestBody(requestBodyDecoder({ kind: 'length', bytes: 100_000 }), control);
    let taken = 0;
    const read = () =>
      body.read({
        onBodyPiece: (piece) => {
          taken += piece.length;
        },
        onBodyEnd: () => undefined,
        onBodyFailure: () => undefined,
      });
    if (begins === 'before') {
      read();
      body.pause();
    }
    for (let count = 0; count < 3; count += 1) {
      body.push(Buffer.alloc(8_192), 0);
      isPausedAt.push(isPaused);
    }
    expect([isPausedAt, taken]).toEqual([[false, true, true], 0]);
    if (begins === 'before') body.resume();
    else read();
    expect([isPaused, taken]).toEqual([false, 3 * 8_192]);
  }
});

test('a closed body keeps nothing, and notifies no one', () => {
  const { body, receiver, seen } = bodyOf('length');
  body.read(receiver);
  body.push(Buffer.from('hello'), 0);
  body.pause();
  body.push(Buffer.from(' '), 0);
  body.close();
  body.push(Buffer.from('world'), 0);
  expect(seen).toMatchObject({ content: 'hello', ends: 0 });
  expect(Reflect.get(body, 'pending')).toEqual([]);
});

test('a receiver that pauses within a piece gets no further one', () => {
  const { body, seen } = waitingBody();
  const pieces: string[] = [];
  body.read({
    onBodyPiece: (piece) => {
      pieces.push(piece.toString());
      body.pause();
    },
    onBodyEnd: () => pieces.push('end'),
    onBodyFailure: () => undefined,
  });
  expect([pieces, seen.isPaused]).toEqual([['hello'], false]);
  body.resume();
  body.resume();
  expect(pieces).toEqual(['hello', ' world', 'end']);
});
