import { once } from 'node:events';
import {
  type AddressInfo,
  connect,
  createServer,
  type LookupFunction,
  type Server,
  type Socket,
} from 'node:net';
import { until } from '../../../../test/fakes/until.js';
import type { Framing } from './framing.js';
import { UpstreamConnection, type UpstreamFailure, type UpstreamObserver } from './upstream-connection.js';

const TIMEOUTS = { connectMs: 1_000, firstByteMs: 200, idleMs: 30 };
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const LENGTH_5 = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';

let server: Server;
/** The upstream's end of the connection, and what it has received. */
let upstream: Socket;
let received: string;
let socket: Socket;
/** Milliseconds of the monotonic clock. */
let now: number;
/** What the connection has notified its pool and the observer of, in order. */
let happened: string[];
let failure: UpstreamFailure | undefined;
let connection: UpstreamConnection;

beforeEach(async () => {
  now = 10_000;
  happened = [];
  received = '';
  failure = undefined;
  server = createServer({ allowHalfOpen: true }, (made) => {
    upstream = made;
    made.on('error', () => undefined);
    made.on('data', (bytes) => {
      received += bytes.toString('latin1');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  connection.abort();
  upstream?.destroy();
  server.close();
  await once(server, 'close');
});

const observer: UpstreamObserver = {
  onUpstreamReady: () => void happened.push('ready'),
  onResponseHead: ({ status }) => void happened.push(`head ${status}`),
  onResponseData: (piece) => void happened.push(`data ${piece.length}`),
  onTurnEnd: () => void happened.push('turn end'),
  onResponseEnd: () => void happened.push('end'),
  onUpstreamFailure: (given) => {
    failure = given;
    happened.push(`failure ${given.code}`);
  },
};

function open(lookup?: LookupFunction): void {
  const { port } = server.address() as AddressInfo;
  const host = lookup === undefined ? '127.0.0.1' : 'upstream.test';
  socket = connect({ port, host, ...(lookup && { lookup }) });
  const owner = {
    timeouts: TIMEOUTS,
    monotonic: () => now,
    released: () => void happened.push('released'),
    ended: () => void happened.push('ended'),
  };
  connection = new UpstreamConnection(socket, owner, 'connect');
}

const NONE: Framing = { kind: 'none' };
function send(
  framing: Framing = NONE,
  changes: Partial<UpstreamObserver> = {},
  isLast = false,
  isHead = false,
): void {
  const request = { isHead, head: 'HEAD\r\n\r\n', framing, isLast };
  connection.send(request, { ...observer, ...changes });
}
/** Opens a connection with a request on it, whose head the upstream has received. */
async function sent(
  framing: Framing = NONE,
  changes: Partial<UpstreamObserver> = {},
  isLast = false,
): Promise<void> {
  open();
  send(framing, changes, isLast);
  await until(() => received === 'HEAD\r\n\r\n');
}
async function respond(text: string, expected: string): Promise<void> {
  upstream.write(text, 'latin1');
  await until(() => happened.includes(expected));
}
/** Checks the time, and whether that ended the connection. */
const endsAt = (at: number): boolean => {
  now = at;
  connection.checkTime(at);
  return happened.includes('ended');
};

describe('a request', () => {
  test('is written once the connection is there, and its response is passed on in order', async () => {
    await sent();
    expect([happened, connection.isReady]).toEqual([[], true]);
    await respond(OK, 'turn end');
    expect(happened).toEqual(['head 200', 'data 2', 'end', 'released', 'turn end']);
    expect([connection.isReady, connection.isUsable(now)]).toEqual([false, true]);
  });

  test('is written at once on an idle connection', async () => {
    await sent();
    await respond(OK, 'turn end');
    happened = [];
    send();
    await until(() => received === 'HEAD\r\n\r\nHEAD\r\n\r\n');
    expect([connection.isUsable(now), connection.isReady]).toEqual([false, true]);
    await respond(OK, 'turn end');
    expect(happened).toEqual(['head 200', 'data 2', 'end', 'released', 'turn end']);
  });

  test('to HEAD has no body in its response', async () => {
    open();
    send(NONE, {}, false, true);
    await until(() => received !== '');
    await respond(LENGTH_5, 'released');
    expect(happened.slice(0, 3)).toEqual(['head 200', 'end', 'released']);
  });

  test('notifies its sender once when its body can be sent, and not without a body', async () => {
    await sent({ kind: 'length', bytes: 2 });
    expect(happened).toEqual(['ready']);
    connection.write(Buffer.from('ab'));
    connection.endBody();
    await until(() => received.endsWith('ab'));
    await respond(OK, 'turn end');
    expect(happened).toEqual(['ready', 'head 200', 'data 2', 'end', 'released', 'turn end']);
  });

  test.each([
    ['small', 16_384],
    ['large', 16_385],
  ])('sends a %s part of a body as one chunk', async (_, size) => {
    await sent({ kind: 'chunked' });
    connection.write(Buffer.alloc(size, 'x'));
    connection.write(Buffer.alloc(0));
    connection.write(Buffer.from('\xe9', 'latin1'));
    connection.endBody();
    connection.endBody();
    connection.write(Buffer.alloc(0));
    await until(() => received.endsWith('\r\n0\r\n\r\n'));
    expect(received).toBe(
      `HEAD\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n1\r\n\xe9\r\n0\r\n\r\n`,
    );
  });

  test('sends nothing before the connection is there, and nothing after its end', async () => {
    open();
    send({ kind: 'chunked' });
    expect(connection.isReady).toBe(false);
    connection.write(Buffer.from('early'));
    connection.endBody();
    await until(() => happened.includes('ready'));
    connection.abort();
    connection.write(Buffer.from('late'));
    connection.endBody();
    expect([connection.isReady, happened]).toEqual([false, ['ready', 'ended']]);
    await until(() => upstream.readableEnded);
    expect(received).toBe('HEAD\r\n\r\n');
  });

  test('is held back while the upstream does not read, until it has read on', async () => {
    await sent({ kind: 'length', bytes: 1e9 });
    upstream.pause();
    while (connection.isReady) connection.write(Buffer.alloc(1 << 20));
    happened = [];
    upstream.resume();
    await until(() => happened.length > 0);
    expect([happened, connection.isReady]).toEqual([['ready'], true]);
  });

  test('whose body is whole is not ready for more when the upstream has read on', async () => {
    await sent({ kind: 'length', bytes: 1e9 });
    upstream.pause();
    while (connection.isReady) connection.write(Buffer.alloc(1 << 20));
    connection.endBody();
    happened = [];
    upstream.resume();
    await until(() => socket.writableLength === 0);
    expect(happened).toEqual([]);
  });
});

describe('a connection is used again', () => {
  const BODY: Framing = { kind: 'length', bytes: 2 };

  test('not if the request was not whole before its response', async () => {
    await sent(BODY);
    await respond(OK, 'ended');
    expect(happened).toEqual(['ready', 'head 200', 'data 2', 'end', 'ended', 'turn end']);
    expect(connection.isUsable(now)).toBe(false);
  });

  test('not if a part of the request waits to leave', async () => {
    await sent({ kind: 'length', bytes: 1e9 });
    upstream.pause();
    while (connection.isReady) connection.write(Buffer.alloc(1 << 20));
    connection.endBody();
    await respond(OK, 'ended');
    expect(happened).toContain('end');
    expect(happened).not.toContain('released');
  });

  test('not if the head says that it ends after this request', async () => {
    await sent(NONE, {}, true);
    await respond(OK, 'ended');
    expect(happened).not.toContain('released');
  });

  test('not if the response says so', async () => {
    await sent();
    await respond(OK.replace('\r\n', '\r\nConnection: close\r\n'), 'ended');
    expect(happened).not.toContain('released');
  });

  test('not if the observer gave up at the end of the response', async () => {
    await sent(NONE, { onResponseEnd: () => connection.abort() });
    await respond(OK, 'turn end');
    expect([happened, connection.isUsable(now)]).toEqual([
      ['head 200', 'data 2', 'ended', 'turn end'],
      false,
    ]);
  });

  test('and reads on, if its response ended while it was paused', async () => {
    await sent(NONE, { onResponseData: () => connection.pause() });
    await respond(OK, 'released');
    happened = [];
    send();
    await respond(OK, 'turn end');
    expect(happened).toEqual(['head 200', 'data 2', 'end', 'released', 'turn end']);
  });

  test('not once the upstream has closed it', async () => {
    await sent();
    await respond(OK, 'released');
    upstream.end();
    await until(() => happened.includes('ended'));
    expect(connection.isUsable(now)).toBe(false);
  });

  test.each([
    ['nothing', OK, 4_000],
    ['that it keeps it for five seconds', withKeepAlive('timeout=5'), 4_000],
    ['that among other things', withKeepAlive('max=9, Timeout=7'), 6_000],
    ['the time first', withKeepAlive('timeout=8,max=9'), 7_000],
    ['less than the margin', withKeepAlive('timeout=0'), 0],
    ['ten years', withKeepAlive('timeout=315360'), 600_000],
    ['no time', withKeepAlive('max=9'), 4_000],
    ['a time of another name', withKeepAlive('x-timeout=9'), 4_000],
    ['a time in another field', OK.replace('\r\n', '\r\nX: timeout=9\r\n'), 4_000],
    ['the same twice: the first counts', withKeepAlive('timeout=9\r\nKeep-Alive: timeout=3'), 8_000],
  ])('for a time, if the upstream says %s', async (_, answer, keptMs) => {
    await sent();
    await respond(answer, 'released');
    expect(connection.isUsable(now + keptMs)).toBe(false);
    if (keptMs > 0) {
      expect(connection.isUsable(now + keptMs - 1)).toBe(true);
      expect(endsAt(now + keptMs - 1)).toBe(false);
    }
    expect(endsAt(10_000 + keptMs)).toBe(true);
    expect(happened.filter((each) => each.startsWith('failure'))).toEqual([]);
  });

  test('for the time that the last response says', async () => {
    await sent();
    await respond(withKeepAlive('timeout=60'), 'turn end');
    happened = [];
    send();
    await respond(OK, 'turn end');
    expect([connection.isUsable(now + 3_999), connection.isUsable(now + 4_000)]).toEqual([true, false]);
  });
});

function withKeepAlive(value: string): string {
  return OK.replace('\r\n', `\r\nKeep-Alive: ${value}\r\n`);
}

describe('time', () => {
  const isTimeout = () => [failure?.code, failure?.message, happened.at(-1)];

  test('a connection has its limit to come about', async () => {
    open();
    send();
    // Nothing has happened yet: connecting takes a turn.
    expect(endsAt(10_999)).toBe(false);
    expect(endsAt(11_000)).toBe(true);
    expect(isTimeout()).toEqual(['timeout', 'the upstream was late (connecting)', 'failure timeout']);
  });

  test('the first byte has its limit from the last part of the request on', async () => {
    await sent({ kind: 'length', bytes: 3 });
    now = 10_150;
    connection.write(Buffer.from('a'));
    now = 10_300;
    connection.endBody();
    expect(endsAt(10_499)).toBe(false);
    expect(endsAt(10_500)).toBe(true);
    expect(isTimeout()).toEqual(['timeout', 'the upstream was late (busy)', 'failure timeout']);
  });

  test('a part of the body is progress, an empty one is none', async () => {
    await sent({ kind: 'length', bytes: 3 });
    now = 10_150;
    connection.write(Buffer.from('a'));
    now = 10_300;
    connection.write(Buffer.alloc(0));
    expect(endsAt(10_349)).toBe(false);
    expect(endsAt(10_350)).toBe(true);
  });

  test('a part of a head is no first byte', async () => {
    await sent();
    now = 10_150;
    await respond('HTTP/1.1 200 OK\r\n', 'turn end');
    expect(endsAt(10_199)).toBe(false);
    expect(endsAt(10_200)).toBe(true);
  });

  test('between two parts of a response there is another limit, also while the request is being sent', async () => {
    await sent({ kind: 'length', bytes: 3 });
    now = 10_100;
    await respond(`${LENGTH_5}ab`, 'turn end');
    // The upstream answers already: what is still sent gives it no more time.
    now = 10_120;
    connection.write(Buffer.from('abc'));
    connection.endBody();
    expect(endsAt(10_129)).toBe(false);
    happened = [];
    await respond('c', 'turn end');
    expect(endsAt(10_158)).toBe(false);
    expect(endsAt(10_159)).toBe(true);
  });

  test('a further request on the connection has its own limits', async () => {
    await sent();
    await respond(OK, 'turn end');
    happened = [];
    send();
    expect(endsAt(10_199)).toBe(false);
    expect(endsAt(10_200)).toBe(true);
    expect(isTimeout()[0]).toBe('timeout');
  });

  test('a pause stops the clock, and the time begins again after it', async () => {
    await sent();
    await respond(`${LENGTH_5}ab`, 'turn end');
    connection.resume();
    connection.pause();
    expect([socket.isPaused(), endsAt(1e9)]).toEqual([true, false]);
    connection.pause();
    connection.resume();
    expect([socket.isPaused(), endsAt(1e9 + 29)]).toEqual([false, false]);
    connection.resume();
    expect(endsAt(1e9 + 30)).toBe(true);
  });

  test('a response whose receiver pauses within it has no limit meanwhile', async () => {
    await sent(NONE, {
      onResponseData: () => connection.pause(),
    });
    await respond(`${LENGTH_5}ab`, 'turn end');
    expect(endsAt(1e9)).toBe(false);
  });

  test('to resume what is not paused gives no more time', async () => {
    await sent();
    now = 10_100;
    connection.resume();
    expect(endsAt(10_200)).toBe(true);
  });
});

describe('a connection that fails', () => {
  test('notifies its request once, and its pool before', async () => {
    await sent();
    upstream.resetAndDestroy();
    await until(() => socket.closed);
    expect([happened, failure?.message]).toEqual([['ended', 'failure unreachable'], 'ECONNRESET']);
  });

  test('because the upstream sends no HTTP, says which rule that broke', async () => {
    await sent();
    await respond('SSH-2.0-x\r\n\r\n', 'failure unreachable');
    expect([failure?.message, failure?.reason]).toEqual(['not a plain status line of HTTP/1', undefined]);
    expect(happened).toEqual(['ended', 'failure unreachable']);
  });

  test('because the upstream closes it half-way, says so', async () => {
    await sent();
    await respond(LENGTH_5, 'turn end');
    upstream.end('ab');
    await until(() => failure !== undefined);
    expect([failure?.code, failure?.message]).toEqual([
      'unreachable',
      'the connection ended before the response',
    ]);
  });

  test('has a whole response if only its end was missing', async () => {
    await sent();
    upstream.end('HTTP/1.1 200 OK\r\n\r\nab');
    await until(() => socket.closed);
    expect(happened).toEqual(['head 200', 'data 2', 'turn end', 'end', 'ended']);
  });

  test.each([
    ['ETIMEDOUT', 'timeout', undefined],
    ['ENOTFOUND', 'unreachable', undefined],
    ['CERT_HAS_EXPIRED', 'tls', 'expired_certificate'],
  ])('with %s is %s', async (code, expected, reason) => {
    open((_host, _options, done) => done(Object.assign(new Error('x'), { code }), ''));
    send();
    await until(() => failure !== undefined);
    expect([failure?.code, failure?.message, failure?.reason]).toEqual([expected, code, reason]);
  });

  test('because an observer throws, fails alone, and repeats nothing of the error', async () => {
    await sent(NONE, {
      onResponseHead: () => {
        throw new TypeError('a fault of ours');
      },
    });
    await respond(OK, 'failure unreachable');
    expect(failure?.message).toBe('the connection broke');
  });

  test('because it is closed, says so, and an abort says nothing', async () => {
    await sent();
    connection.close();
    expect([happened, failure?.code, failure?.message]).toEqual([
      ['ended', 'failure unreachable'],
      'unreachable',
      'the connection was closed',
    ]);
    connection.close();
    connection.abort();
    await until(() => socket.closed);
    expect(happened).toHaveLength(2);
    expect(endsAt(Number.MAX_SAFE_INTEGER) && happened.length).toBe(2);
  });

  test('passes on nothing that is left in it after an abort', async () => {
    await sent(NONE, {
      onResponseHead: () => connection.abort(),
    });
    upstream.end(`${LENGTH_5}abcde`);
    await until(() => socket.closed);
    expect(happened.filter((each) => each !== 'turn end')).toEqual(['ended']);
  });
});
