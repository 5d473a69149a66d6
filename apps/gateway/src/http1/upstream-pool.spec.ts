import { once } from 'node:events';
import { type AddressInfo, createServer, type LookupFunction, type Server, type Socket } from 'node:net';
import { until } from '../../../../test/fakes/until.js';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { rowsOfEachKind } from '../../../../test/support/samples.js';
import { KEPT, OK, SentCall, TIMEOUTS } from '../../../../test/support/sent-call.js';
import { secureContextOf } from '../storage/tls-material.js';
import { addressOf, UpstreamPool } from './upstream-pool.js';

/** The connection ends behind it. */
const CLOSED = OK.replace('\r\n', '\r\nConnection: close\r\n');

let server: Server;
let pool: UpstreamPool;
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
  pool = poolWith(TIMEOUTS);
});
afterEach(async () => {
  pool.close();
  for (const { socket } of connections) socket.destroy();
  server.close();
  await once(server, 'close');
});

function poolWith(timeouts: typeof TIMEOUTS): UpstreamPool {
  return new UpstreamPool(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), timeouts);
}

const get = (into = pool) => new SentCall('GET', { kind: 'none' }, into);

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

  test('expects no body behind an answer to HEAD, whatever length that says', async () => {
    const sent = new SentCall('HEAD', { kind: 'none' }, pool);
    await answered(sent, 0, OK.replace(/ok$/, ''));
    expect([sent.status, sent.body, sent.isEnded]).toEqual([200, '', true]);
    await answered(get(), 0);
    expect(connections).toHaveLength(1);
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

  test('P4: bytes that arrive on an idle connection answer no one: it is closed', async () => {
    await answered(get(), 0);
    connections[0]!.socket.write(OK);
    await until(() => connections[0]!.socket.destroyed);
    const next = get();
    await answered(next, 1);
    expect(next.body).toBe('ok');
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
      const closed = new UpstreamPool(new URL('http://127.0.0.1:9'), TIMEOUTS);
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
        const made = poolWith(TIMEOUTS);
        const both = [get(made), get(made)];
        await until(() => connections.length === 2);
        if (when === BEFORE) made[how]();
        await answered(both[0]!, 0, answer);
        await answered(both[1]!, 1, answer);
        if (when !== BEFORE) made[how]();
        return new WeakRef(made);
      };
      const kept = await used();
      await until(() => {
        collectGarbage();
        return kept.deref() === undefined;
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

  test('keeps at most 1,024 idle connections, and those that have ended do not count', async () => {
    const patient = poolWith({ connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000 });
    const sent: SentCall[] = [];
    // In parts: a server's queue of new connections is shorter.
    for (let count = 0; count < 1_026; count += 1) {
      sent.push(get(patient));
      if (count % 100 === 0) await until(() => connections.length === sent.length);
    }
    await until(() => connections.filter(({ text }) => text.endsWith('\r\n\r\n')).length === sent.length);
    const others = connections.slice(1);
    const gone = () => others.filter(({ socket }) => socket.destroyed).length;
    for (const { socket } of others) socket.write(KEPT);
    await until(() => sent.filter(({ isEnded }) => isEnded).length === 1_025);
    await until(() => gone() > 0);
    expect(gone()).toBe(1);
    for (const { socket } of others) socket.end();
    await until(() => gone() === 1_025);
    connections[0]!.socket.write(KEPT);
    await until(() => sent.every(({ isEnded }) => isEnded));
    connections[0]!.text = '';
    await answered(get(patient), 0);
    expect(connections).toHaveLength(1_026);
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
    for (const made of [
      () => get(new UpstreamPool(new URL('https://localhost:1'), TIMEOUTS)),
      () => get(new UpstreamPool(new URL('http://localhost:1'), TIMEOUTS, security)),
    ])
      expect(made).toThrow('https: goes with its security');
  });

  test('resolves the name of its address as it is told to', async () => {
    const asked: string[] = [];
    const lookup: LookupFunction = (host, _options, done) => {
      asked.push(host);
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const { port } = server.address() as AddressInfo;
    const named = new UpstreamPool(new URL(`http://upstream.test:${port}`), TIMEOUTS, undefined, lookup);
    const sent = get(named);
    await answered(sent, 0);
    expect([asked, sent.body]).toEqual([['upstream.test'], 'ok']);
    named.close();
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
