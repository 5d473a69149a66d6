/** @soak */

import { once } from 'node:events';
import { type AddressInfo, createServer, type LookupFunction, type Server, type Socket } from 'node:net';
import { until } from '../../../../test/fakes/until.js';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { rowsOfEachKind } from '../../../../test/support/samples.js';
import { KEPT, OK, poolParts, SentCall, TIMEOUTS } from '../../../../test/support/sent-call.js';
import { secureContextOf } from '../storage/tls-material.js';
import { addressOf, UpstreamPool } from './upstream-pool.js';

/** The connection ends behind it. */
const CLOSED = OK.replace('\r\n', '\r\nConnection: close\r\n');

let server: Server;
let pool: UpstreamPool;
let parts: ReturnType<typeof poolParts>;
/** Connections that the upstream has accepted, in order, and what each has received. */
let connections: { socket: Socket; text: string }[];

beforeEach(async () => {
  connections = [];
  server = createServer((socket) => {
    const connection = { socket, text: '' };
    connections.push(connection);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      connection.text += bytes.toString('latin1');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  parts = poolParts();
  pool = new UpstreamPool(originOf(), parts);
});
afterEach(async () => {
  pool.close();
  for (const { socket } of connections) socket.destroy();
  server.close();
  await once(server, 'close');
});

const originOf = () => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

function poolWith(timeouts: typeof TIMEOUTS): UpstreamPool {
  return new UpstreamPool(originOf(), poolParts(timeouts));
}

const get = (into = pool, owner = 'one') => new SentCall('GET', { kind: 'none' }, into, owner);

async function answered(sent: SentCall, at: number, answer = OK): Promise<void> {
  await until(() => (connections[at]?.text ?? '').endsWith('\r\n\r\n'));
  connections[at]!.text = '';
  connections[at]!.socket.write(answer);
  await until(() => sent.isEnded || sent.failure !== undefined);
}

describe('UpstreamPool', () => {
  test('uses a connection again after a whole answer, the one that became idle last first', async () => {
    const both = [get(), get()];
    await until(() => connections.length === 2);
    await answered(both[0]!, 0);
    await answered(both[1]!, 1);
    for (let count = 0; count < 3; count += 1) await answered(get(), 1);
    expect(connections).toHaveLength(2);
  });

  test('carries one request at a time on a connection', async () => {
    get();
    get();
    get();
    await until(() => connections.length === 3);
  });

  test('P9: a connection is used again by calls of its own owner alone', async () => {
    const [alpha, beta] = ['alpha', 'beta'];
    await answered(get(pool, alpha), 0);
    await answered(get(pool, beta), 1);
    for (const [owner, at] of [
      [alpha, 0],
      [beta, 1],
      [beta, 1],
      [alpha, 0],
    ] as const)
      await answered(get(pool, owner), at);
    expect(connections).toHaveLength(2);
  });

  test.each([
    ['HEAD', OK.replace(/ok$/, '')],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n'],
  ])('P9: uses no connection again after an answer without a body: %s, %j', async (method, answer) => {
    const sent = new SentCall(method, { kind: 'none' }, pool);
    await answered(sent, 0, answer);
    expect([sent.body, sent.isEnded]).toEqual(['', true]);
    await answered(get(), 1);
    expect(connections).toHaveLength(2);
    // It is read for a moment more.
    await until(() => connections[0]!.socket.destroyed);
    expect(parts.untrusted.all).toEqual([]);
  });

  test('P9: bytes of one answer stay as they are while others arrive, on its connection and on others', async () => {
    const [one, other] = [get(), get()];
    const answerOf = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    await answered(one, 0, answerOf('a'.repeat(20_000)));
    await answered(other, 1, answerOf('b'.repeat(60_000)));
    await answered(get(), 1, answerOf('c'.repeat(70_000)));
    expect(Buffer.concat(one.pieces).toString('latin1')).toBe('a'.repeat(20_000));
    expect(Buffer.concat(other.pieces).toString('latin1')).toBe('b'.repeat(60_000));
  });

  test.each([
    ['an answer that closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'],
    ['an answer of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['bytes behind the answer', `${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`],
    ['trailers', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: 1\r\n\r\n'],
    ['a keep-alive time that is over', `${OK.replace('\r\n', '\r\nKeep-Alive: timeout=1\r\n')}`],
  ])('P4: never uses a connection again after %s', async (_, answer) => {
    const first = get();
    await answered(first, 0, answer);
    expect([first.status, first.body]).toEqual([200, 'ok']);
    const next = get();
    await answered(next, 1);
    expect([next.body, connections.length]).toEqual(['ok', 2]);
  });

  test('P4: never uses a connection again after a GET with a body, which some servers take for the next request', async () => {
    const first = new SentCall('GET', { kind: 'length', bytes: 2 }, pool);
    await until(() => first.readyTimes > 0);
    first.connection.write(Buffer.from('{}'));
    first.connection.endBody();
    await until(() => (connections[0]?.text ?? '').endsWith('\r\n\r\n{}'));
    expect(connections[0]!.text).toMatch(/\r\nconnection: close\r\n/);
    // It keeps the connection open all the same.
    connections[0]!.socket.write(OK);
    await until(() => first.isEnded);
    await answered(get(), 1);
    expect(connections).toHaveLength(2);
  });

  const HEAD_ONLY = OK.replace(/ok$/, '');
  test.each([
    ['on an idle connection', 'GET', OK, OK],
    ['on an idle connection, which are no answer', 'GET', OK, '{"more":1}'],
    ['after an answer to HEAD', 'HEAD', HEAD_ONLY, 'ok'],
    ['after 204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', OK],
    ['after 304', 'GET', 'HTTP/1.1 304 Not Modified\r\n\r\n', OK],
    ['together with an answer', 'GET', `${OK}HTTP/1.1 200 OK\r\n\r\n`, ''],
  ])('P9: bytes %s answer no one, and each call has its own connection from then on', async (_, ...row) => {
    const [method, answer, more] = row;
    await answered(get(pool, 'idle'), 0);
    const sent = new SentCall(method, { kind: 'none' }, pool);
    await answered(sent, 1, answer);
    expect(sent.failure).toBeUndefined();
    connections[1]!.socket.write(more);
    await until(() => parts.untrusted.all.length === 1);
    expect(parts.untrusted.all).toEqual([originOf().origin]);
    // Also those on which nothing has come.
    await until(() => connections.every(({ socket }) => socket.destroyed));
    for (const at of [2, 3, 4]) await answered(get(), at);
    // Another pool of the same origin knows it as well.
    const other = new UpstreamPool(originOf(), parts);
    for (const at of [5, 6]) {
      const next = get(other);
      await until(() => (connections[at]?.text ?? '').endsWith('\r\n\r\n'));
      expect(connections[at]!.text).toContain('\r\nconnection: close\r\n');
      await answered(next, at);
    }
    expect(connections).toHaveLength(7);
    other.close();
  });

  test('P9: what is under way when such bytes are found ends its connection, too', async () => {
    const [busy, headed] = [get(), new SentCall('HEAD', { kind: 'none' }, pool)];
    await until(() => connections.length === 2);
    await answered(get(pool, 'other'), 2, `${OK}x`);
    await answered(busy, 0);
    await answered(headed, 1, HEAD_ONLY);
    expect([busy.body, busy.failure, headed.status]).toEqual(['ok', undefined, 200]);
    await until(() => connections.every(({ socket }) => socket.destroyed));
  });

  test('P9: what comes where the answer to a further request should begin may be left from the one before', async () => {
    await answered(get(), 0);
    const sent = get();
    await answered(sent, 0, '{"more":1}\r\n\r\n');
    expect([sent.failure?.code, parts.untrusted.all]).toEqual(['unreachable', [originOf().origin]]);
  });

  test('the first answer of a connection may be no HTTP: nothing is left from another one', async () => {
    const sent = get();
    await answered(sent, 0, 'SSH-2.0-x\r\n\r\n');
    expect([sent.failure?.code, parts.untrusted.all]).toEqual(['unreachable', []]);
  });

  test('an answer of a further request that breaks a rule later on is no such bytes', async () => {
    await answered(get(), 0);
    const sent = get();
    await answered(sent, 0, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n');
    expect([sent.failure?.code, parts.untrusted.all]).toEqual(['unreachable', []]);
  });

  test('the notice that an idle connection took too long is no such bytes', async () => {
    await answered(get(), 0);
    connections[0]!.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    await until(() => connections[0]!.socket.destroyed);
    await answered(get(), 1);
    expect([connections.length, parts.untrusted.all]).toEqual([2, []]);
  });

  test('a request whose connection breaks is never sent again: the upstream may have it', async () => {
    await answered(get(), 0);
    const sent = get();
    await until(() => connections[0]!.text !== '');
    connections[0]!.socket.destroy();
    await until(() => sent.failure !== undefined);
    expect([sent.failure?.code, connections.length]).toEqual(['unreachable', 1]);
  });

  test('an answer may come before the whole request: it counts, and the connection ends', async () => {
    const sent = new SentCall('POST', { kind: 'length', bytes: 10 }, pool);
    await until(() => sent.readyTimes > 0);
    sent.connection.write(Buffer.from('12345'));
    await until(() => connections[0]?.text.endsWith('12345') === true);
    connections[0]!.socket.write(OK);
    await until(() => sent.isEnded);
    expect([sent.status, sent.failure]).toEqual([200, undefined]);
    get();
    await until(() => connections.length === 2);
    expect(connections[0]!.text.endsWith('12345')).toBe(true);
  });

  test('writes a chunked body as chunks, and ends it once', async () => {
    const sent = new SentCall('POST', { kind: 'chunked' }, pool);
    await until(() => sent.readyTimes > 0);
    for (const piece of ['ab', '', 'c'.repeat(20_000)]) sent.connection.write(Buffer.from(piece));
    sent.connection.endBody();
    sent.connection.endBody();
    await until(() => connections[0]?.text.endsWith('\r\n0\r\n\r\n') === true);
    expect(connections[0]!.text.split('\r\n\r\n', 2)[1]).toBe(
      `2\r\nab\r\n4e20\r\n${'c'.repeat(20_000)}\r\n0`,
    );
    expect(connections[0]!.text).toMatch(/transfer-encoding: chunked/);
  });

  test('an upstream that does not read holds the sender back', async () => {
    const sent = new SentCall('POST', { kind: 'length', bytes: 1e9 }, pool);
    await until(() => connections.length === 1 && sent.readyTimes > 0);
    connections[0]!.socket.pause();
    let written = 0;
    for (; sent.connection.isReady && written < 5e8; written += 1e6) sent.connection.write(Buffer.alloc(1e6));
    expect(written).toBeLessThan(5e8);
    const before = sent.readyTimes;
    connections[0]!.socket.resume();
    await until(() => sent.readyTimes > before);
  });

  test.each([
    ['nothing listens', 'unreachable'],
    ['no first byte comes', 'timeout'],
    ['the answer stops half-way', 'timeout'],
    ['the answer is no HTTP', 'unreachable'],
    ['the connection is reset', 'unreachable'],
    ['the pool closes', 'unreachable'],
  ])('fails once if %s: %s', async (what, code) => {
    const late = poolWith({ connectMs: 1_000, firstByteMs: 50, idleMs: 50 });
    if (what === 'nothing listens') {
      const closed = new UpstreamPool(new URL('http://127.0.0.1:9'), poolParts());
      const sent = get(closed);
      await until(() => sent.failure !== undefined);
      expect(sent.failure?.code).toBe(code);
      return;
    }
    const sent = get(what.includes('byte') || what.includes('half') ? late : pool);
    await until(() => (connections[0]?.text ?? '') !== '');
    const { socket } = connections[0]!;
    if (what.includes('half')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok');
    if (what.includes('HTTP')) socket.write('SSH-2.0-x\r\n\r\n');
    if (what.includes('reset')) socket.resetAndDestroy();
    if (what.includes('pool')) pool.close();
    await until(() => sent.failure !== undefined);
    expect([sent.failure?.code, sent.isEnded]).toEqual([code, false]);
    late.close();
  });

  test('while it is paused, the upstream’s silence does not count, and nothing is passed on', async () => {
    const patient = poolWith({ connectMs: 1_000, firstByteMs: 5_000, idleMs: 50 });
    const sent = get(patient);
    await until(() => (connections[0]?.text ?? '') !== '');
    connections[0]!.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok');
    await until(() => sent.body === 'ok');
    sent.connection.pause();
    // Longer than the limit and than the pause between two checks.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(sent.failure).toBeUndefined();
    sent.connection.resume();
    connections[0]!.socket.write('ok');
    await until(() => sent.isEnded);
    patient.close();
  });

  test('a retired pool ends idle connections, lets calls end, and keeps no connection', async () => {
    const [idle, busy] = [get(), get()];
    await until(() => connections.length === 2);
    await answered(idle, 0, KEPT);
    pool.retire();
    await until(() => connections[0]!.socket.destroyed);
    await answered(busy, 1, KEPT);
    expect([busy.failure, busy.body]).toEqual([undefined, 'ok']);
    await until(() => connections[1]!.socket.destroyed);
    // A call that was decided before the pool was retired.
    const late = get();
    await until(() => connections.length === 3);
    await answered(late, 2, KEPT);
    expect(late.body).toBe('ok');
    await until(() => connections[2]!.socket.destroyed);
  });

  test('a retired pool still ends a late call whose upstream is silent', async () => {
    const retired = poolWith({ connectMs: 30_000, firstByteMs: 50, idleMs: 50 });
    for (let count = 0; count < 2; count += 1) {
      const silent = get(retired);
      await until(() => silent.failure !== undefined);
      expect(silent.failure?.code).toBe('timeout');
      retired.retire();
    }
  });

  const BEFORE = 'comes before its calls have ended';
  const ENDINGS: ['retire' | 'close', string, string][] = [
    ['retire', 'ends its connections', KEPT],
    ['close', 'ends its connections', KEPT],
    ['retire', BEFORE, KEPT],
    ['retire', 'comes after their end', CLOSED],
    ['close', 'comes after their end', CLOSED],
  ];
  test.each(rowsOfEachKind(ENDINGS, ([how, when]) => (when === BEFORE ? when : how)))(
    'nothing keeps a pool in memory once its calls have ended: %s %s',
    async (how, when, answer) => {
      const used = async () => {
        const pool = poolWith(TIMEOUTS);
        const both = [get(pool), get(pool)];
        await until(() => connections.length === 2);
        if (when === BEFORE) pool[how]();
        await answered(both[0]!, 0, answer);
        await answered(both[1]!, 1, answer);
        if (when !== BEFORE) pool[how]();
        return new WeakRef(pool);
      };
      const pool = await used();
      await until(() => {
        collectGarbage();
        return pool.deref() === undefined;
      });
    },
  );

  test.each(['that is used', 'that is retired'])(
    'a pool %s still ends a call whose upstream is silent after another connection has ended',
    async (kind) => {
      const watched = poolWith({ connectMs: 30_000, firstByteMs: 300, idleMs: 300 });
      const both = [get(watched), get(watched)];
      await until(() => connections.length === 2);
      if (kind === 'that is retired') watched.retire();
      connections[0]!.socket.resetAndDestroy();
      await until(() => both.every(({ failure }) => failure !== undefined));
      expect(both.map(({ failure }) => failure?.code)).toContain('timeout');
    },
  );

  test('once 256 connections are idle, a new one takes the place of the oldest of them, whoever owns it', async () => {
    const patient = poolWith({ connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000 });
    const waiting = new Map(
      Array.from({ length: 256 }, (_, at) => [`owner ${at}`, get(patient, `owner ${at}`)]),
    );
    await until(() => connections.filter(({ text }) => text.endsWith('\r\n\r\n')).length === 256);
    /** Answers on this connection. Returns the owner of the call that it carries. */
    const ownerAt = async (at: number) => {
      connections[at]!.socket.write(KEPT);
      const ended = () => [...waiting].find(([, { isEnded }]) => isEnded);
      await until(() => ended() !== undefined);
      const [owner = ''] = ended() ?? [];
      waiting.delete(owner);
      return owner;
    };
    const owners = [await ownerAt(0), await ownerAt(1), await ownerAt(2)];
    for (const { socket } of connections.slice(3)) socket.write(KEPT);
    await until(() => [...waiting.values()].every(({ isEnded }) => isEnded));
    const gone = () => connections.flatMap(({ socket }, at) => (socket.destroyed ? [at] : []));
    // Used again, so it is no longer the oldest.
    connections[0]!.text = '';
    await answered(get(patient, owners[0]), 0, KEPT);
    expect([connections.length, gone()]).toEqual([256, []]);
    for (const [count, ended] of [
      [256, [1]],
      [257, [1, 2]],
    ] as const) {
      await answered(get(patient, `new ${count}`), count, KEPT);
      await until(() => gone().length === ended.length);
      expect(gone()).toEqual(ended);
    }
    // One that ends makes room.
    connections[5]!.socket.end();
    await until(() => connections[5]!.socket.destroyed);
    await answered(get(patient, 'new 258'), 258, KEPT);
    expect(gone()).toEqual([1, 2, 5]);
    patient.close();
  });

  test('goes on to use idle connections when another one breaks', async () => {
    const [idle, broken] = [get(), get()];
    await until(() => connections.length === 2);
    await answered(idle, 0, KEPT);
    await until(() => connections[1]!.text.endsWith('\r\n\r\n'));
    connections[1]!.socket.resetAndDestroy();
    await until(() => broken.failure !== undefined);
    await answered(get(), 0);
    expect(connections).toHaveLength(2);
  });

  test('an address by TLS needs to know whom to trust, and no other address takes that', () => {
    const security = { context: secureContextOf({}), serverName: undefined };
    for (const makeCall of [
      () => get(new UpstreamPool(new URL('https://localhost:1'), poolParts())),
      () => get(new UpstreamPool(new URL('http://localhost:1'), { ...poolParts(), security })),
    ])
      expect(makeCall).toThrow('https: goes with its security');
  });

  test('resolves the name of its address as it is told to', async () => {
    const asked: string[] = [];
    const lookup: LookupFunction = (host, _options, done) => {
      asked.push(host);
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const { port } = server.address() as AddressInfo;
    const named = new UpstreamPool(new URL(`http://upstream.test:${port}`), { ...poolParts(), lookup });
    const sent = get(named);
    await answered(sent, 0);
    expect([asked, sent.body]).toEqual([['upstream.test'], 'ok']);
    named.close();
  });

  test('an error of ours ends its call, and the pool reports it', async () => {
    const faults: string[] = [];
    const reporting = new UpstreamPool(originOf(), {
      ...poolParts(),
      onFault: ({ message }: Error) => void faults.push(message),
    });
    const sent = get(reporting);
    sent.onResponseHead = () => {
      throw new RangeError('a fault of ours');
    };
    await answered(sent, 0);
    expect([faults, sent.failure?.message, sent.isEnded]).toEqual([
      ['a fault of ours'],
      'the connection broke',
      false,
    ]);
    reporting.close();
  });

  test('an aborted request notifies no one, and its connection ends', async () => {
    const sent = get();
    await until(() => connections.length === 1);
    sent.connection.abort();
    await until(() => connections[0]!.socket.destroyed);
    expect([sent.failure, sent.isEnded]).toEqual([undefined, false]);
  });
});

test.each([
  ['http://a.test', { host: 'a.test', port: 80 }],
  ['https://a.test', { host: 'a.test', port: 443 }],
  ['http://a.test:443', { host: 'a.test', port: 443 }],
  ['https://a.test:80', { host: 'a.test', port: 80 }],
  ['http://[::1]:8080', { host: '::1', port: 8_080 }],
])('%s is at %j', (origin, address) => {
  expect(addressOf(new URL(origin))).toEqual(address);
});
