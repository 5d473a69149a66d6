import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecure, type TLSSocket } from 'node:tls';
import { jest } from '@jest/globals';
import { LOCALHOST_CERTIFICATE } from '../../../../test/fakes/localhost-certificate.js';
import { until } from '../../../../test/fakes/until.js';
import { makeCertificate } from '../../../../test/support/certificates.js';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { readRequestFraming } from './framing.js';
import { Http1Server, type ServerSecurity } from './http1-server.js';
import type { MessageRules, ServerBehaviour } from './server-connection.js';

/** Handshakes that failed: whether each was late. */
let handshakes: boolean[];
let served: number;
let server: Http1Server<MessageRules>;
let port: number;
const open: Socket[] = [];

const behaviour: ServerBehaviour<MessageRules> = {
  maxHeadBytes: 1_000,
  read: ({ method, minorVersion, fields }) => ({
    method,
    minorVersion,
    framing: readRequestFraming(fields),
    closes: false,
  }),
  serve: ({ response }) => {
    served += 1;
    response.send(200, [], 'ok');
  },
  refuse: (response, rule) => response.send(400, [], rule),
  refuseLate: (response) => response.send(408, [], 'late'),
  countUnanswered: () => undefined,
  countHandshake: (isLate) => void handshakes.push(isLate),
  onFault: (_, response) => response?.send(503, [], ''),
  wallClock: () => Date.now(),
};

async function start(handshakeMs?: number, security: ServerSecurity = LOCALHOST_CERTIFICATE): Promise<void> {
  handshakes = [];
  server = new Http1Server(behaviour, security, handshakeMs);
  port = await server.listen(0, '127.0.0.1');
}
beforeEach(() => {
  served = 0;
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await server.close();
});

function silent(): Socket {
  const socket = connect(port, '127.0.0.1').resume();
  open.push(socket);
  socket.on('error', () => undefined);
  return socket;
}

async function secure(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectSecure({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: LOCALHOST_CERTIFICATE.cert,
    ...options,
  });
  open.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Sends a request, and waits for the response. */
async function respondsTo(socket: Socket): Promise<void> {
  let text = '';
  const read = (bytes: Buffer) => {
    text += bytes.toString('latin1');
  };
  socket.on('data', read);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => text.endsWith('ok'));
  socket.off('data', read);
}

const fingerprintOf = (cert: string) => new X509Certificate(cert).fingerprint256;

describe('an HTTP/1.1 server', () => {
  beforeEach(async () => {
    handshakes = [];
    server = new Http1Server(behaviour);
    expect(server.isListening).toBe(false);
    port = await server.listen(0, '127.0.0.1');
    expect(server.isListening).toBe(true);
  });

  test('breaks every connection', async () => {
    const socket = silent();
    await respondsTo(socket);
    server.destroyConnections();
    await until(() => socket.closed);
  });

  test('that stops takes no new connection, and ends when the last response has ended', async () => {
    const socket = silent();
    await respondsTo(socket);
    const closed = server.close();
    expect(server.isListening).toBe(false);
    await closed;
    await until(() => socket.closed);
    const refused = silent();
    await until(() => refused.closed);
    expect(refused.bytesRead).toBe(0);
  });

  test('keeps nothing of a connection that has ended', async () => {
    const socket = silent();
    await respondsTo(socket);
    const connections = Reflect.get(server, 'connections') as Set<unknown>;
    expect(connections.size).toBe(1);
    socket.destroy();
    await until(() => connections.size === 0);
  });

  test('looks at the clock itself: an idle connection ends', async () => {
    const socket = silent();
    await respondsTo(socket);
    // Longer than the pause between two looks.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(socket.closed).toBe(false);
    const { now } = performance;
    jest.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 65_000);
    try {
      await until(() => socket.closed);
    } finally {
      jest.restoreAllMocks();
    }
  });

  test('is kept by nothing once it has closed', async () => {
    const used = async () => {
      const closed = new Http1Server(behaviour);
      await closed.listen(0, '127.0.0.1');
      await closed.close();
      return new WeakRef(closed);
    };
    const server = await used();
    await until(() => {
      collectGarbage();
      return server.deref() === undefined;
    });
  });

  test('goes on after a connection that could not be accepted', async () => {
    const listener = Reflect.get(server, 'listener') as Server;
    // What Node reports when no file descriptor is left.
    listener.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    await respondsTo(silent());
  });

  test('cannot listen where another one does, and says so', async () => {
    const other = new Http1Server(behaviour);
    await expect(other.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await other.close();
  });
});

describe('an HTTP/1.1 server by TLS', () => {
  test('ends a handshake that takes too long, like any slow client, and counts it', async () => {
    await start(50);
    const socket = silent();
    await once(socket, 'close');
    expect(handshakes).toEqual([true]);
  });

  test('counts handshakes that fail, and none of clients that leave', async () => {
    await start();
    const wrong = silent();
    wrong.write('GET / HTTP/1.1\r\n\r\n');
    await once(wrong, 'close');
    const leaving = silent();
    await once(leaving, 'connect');
    leaving.resetAndDestroy();
    await secure();
    expect(handshakes).toEqual([false]);
  });

  test('keeps nothing of a handshake that is over', async () => {
    await start();
    const handshakes = Reflect.get(server, 'handshakes') as Map<string, unknown>;
    const leaving = silent();
    await until(() => handshakes.size === 1);
    leaving.resetAndDestroy();
    await until(() => handshakes.size === 0);
    await secure();
    await until(() => handshakes.size === 0);
  });

  test('keeps the handshake of a client that reuses a port before its previous connection has closed', async () => {
    await start();
    const handshakes = Reflect.get(server, 'handshakes') as Map<string, Socket>;
    const leaving = silent();
    await until(() => handshakes.size === 1);
    const [[client, first]] = [...handshakes] as [[string, Socket]];
    const next = new Socket();
    handshakes.set(client, next);
    leaving.resetAndDestroy();
    await once(first, 'close');
    expect(handshakes.get(client) === next).toBe(true);
  });

  test('breaks handshakes with all other connections', async () => {
    await start();
    const [handshaking, ready] = [silent(), await secure()];
    const closed = Promise.all([once(handshaking, 'close'), once(ready, 'close')]);
    await until(() => !handshaking.connecting);
    server.destroyConnections();
    await closed;
    expect(handshakes).toEqual([]);
  });

  test('breaks handshakes when it stops', async () => {
    await start(600_000);
    const handshaking = silent();
    const pendingHandshakes = Reflect.get(server, 'handshakes') as Map<string, unknown>;
    await until(() => pendingHandshakes.size === 1);
    await server.close();
    await until(() => handshaking.closed);
    expect(handshakes).toEqual([]);
  });

  test('ends an idle connection when it stops', async () => {
    await start();
    const socket = await secure();
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => text.endsWith('ok'));
    const ended = once(socket, 'end');
    await server.close();
    await ended;
  });

  test('says goodbye (close_notify) to an idle client that ends its side', async () => {
    await start();
    let received = 0;
    let isClosed = false;
    const between = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect(port, '127.0.0.1');
      near.on('error', () => undefined).pipe(far);
      far.on('data', ({ length }) => {
        received += length;
      });
      far.on('close', () => {
        isClosed = true;
      });
      far.pipe(near);
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const socket = await secure({ port: (between.address() as AddressInfo).port });
    await respondsTo(socket);
    const before = received;
    socket.end();
    await until(() => isClosed);
    expect(received).toBeGreaterThan(before);
    between.close();
  });

  test('a client that leaves with the end of its handshake is no failed one, and delays no stop', async () => {
    await start();
    const tcp = silent();
    await until(() => !tcp.connecting);
    const leaving = await secure({ socket: tcp });
    // The server has read neither this nor the end of the handshake. When it does, the client has no address any more.
    leaving.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    tcp.resetAndDestroy();
    await respondsTo(await secure());
    await server.close();
    expect([served, handshakes]).toEqual([1, []]);
  });

  test('a connection that has closed before its handshake is reported is cut, and not served', async () => {
    await start();
    const handshakes = Reflect.get(server, 'handshakes') as Map<string, Socket>;
    const listener = Reflect.get(server, 'listener') as Server;
    listener.prependListener('secureConnection', () => handshakes.clear());
    const socket = await secure();
    await until(() => socket.closed);
    expect((Reflect.get(server, 'connections') as Set<unknown>).size).toBe(0);
  });

  test('takes only clients with a certificate of its authorities, if it has some', async () => {
    const authority = makeCertificate({ name: 'clients', isAuthority: true });
    const [known, unknown] = [
      makeCertificate({ name: 'a', issuer: authority }),
      makeCertificate({ name: 'b' }),
    ];
    await start(undefined, { ...LOCALHOST_CERTIFICATE, clientCa: authority.cert });
    await respondsTo(await secure({ cert: known.cert, key: known.key }));
    for (const options of [{}, { cert: unknown.cert, key: unknown.key }]) {
      // By TLS 1.3 the client learns of the refusal after its own end of the handshake.
      const refused = await secure(options);
      refused.write('GET / HTTP/1.1\r\n\r\n');
      refused.resume();
      await until(() => refused.closed);
    }
    expect(handshakes).toEqual([false, false]);
  });

  test('uses another certificate and other authorities from now on, and old connections go on', async () => {
    const authority = makeCertificate({ name: 'clients', isAuthority: true });
    const [other, known] = [
      makeCertificate({ name: 'localhost', dnsNames: ['localhost'] }),
      makeCertificate({ name: 'a', issuer: authority }),
    ];
    await start(undefined, { ...LOCALHOST_CERTIFICATE, clientCa: known.cert });
    server.useSecurity({ cert: other.cert, key: other.key, clientCa: authority.cert });
    const socket = await secure({ ca: other.cert, cert: known.cert, key: known.key });
    expect(socket.getPeerCertificate().fingerprint256).toBe(fingerprintOf(other.cert));
    await respondsTo(socket);
    server.useSecurity({ ...LOCALHOST_CERTIFICATE, clientCa: authority.cert });
    await respondsTo(socket);
    const next = await secure({ cert: known.cert, key: known.key });
    expect(next.getPeerCertificate().fingerprint256).toBe(fingerprintOf(LOCALHOST_CERTIFICATE.cert));
  });

  test.each<[string, ConnectionOptions, string, string]>([
    ['TLS 1.3', {}, 'TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
    [
      'ChaCha20 in TLS 1.3',
      { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' },
      'TLSv1.3',
      'TLS_CHACHA20_POLY1305_SHA256',
    ],
    ['AES-128 in TLS 1.3', { ciphers: 'TLS_AES_128_GCM_SHA256' }, 'TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
    [
      'the order of ours',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384' },
      'TLSv1.2',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
    ],
    [
      'ChaCha20',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
      'TLSv1.2',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
    ],
  ])('speaks %s', async (_, options, version, cipher) => {
    await start();
    const socket = await secure(options);
    expect([socket.getProtocol(), socket.getCipher().standardName, socket.getCipher().name]).toEqual([
      version,
      expect.any(String),
      cipher,
    ]);
    await respondsTo(socket);
  });

  test.each<[string, ConnectionOptions]>([
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
    [
      'a cipher without authenticated encryption',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA384' },
    ],
    ['another protocol within TLS', { ALPNProtocols: ['h2'] }],
  ])('does not speak %s', async (_, options) => {
    await start();
    const socket = connectSecure({ port, host: '127.0.0.1', ca: LOCALHOST_CERTIFICATE.cert, ...options });
    open.push(socket);
    let isSecure = false;
    socket.on('secureConnect', () => {
      isSecure = true;
    });
    socket.on('error', () => undefined);
    await until(() => socket.closed && handshakes.length === 1);
    expect([isSecure, handshakes]).toEqual([false, [false]]);
  });

  test('agrees on HTTP/1.1 with a client that names protocols', async () => {
    await start();
    const socket = await secure({ ALPNProtocols: ['h2', 'http/1.1'] });
    expect(socket.alpnProtocol).toBe('http/1.1');
  });

  test('renegotiates with no one', async () => {
    await start();
    const socket = await secure({ maxVersion: 'TLSv1.2' });
    const failed = new Promise((resolve) => {
      socket.resume().on('error', ({ message }) => resolve(message));
      socket.renegotiate({}, (error) => resolve(error?.message ?? 'it has new keys'));
    });
    expect(await failed).toMatch(/no renegotiation/);
  });

  test('a plain server takes no certificates later', async () => {
    server = new Http1Server(behaviour);
    port = await server.listen(0, '127.0.0.1');
    server.useSecurity(LOCALHOST_CERTIFICATE);
    const socket = silent();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString('latin1')).toMatch(/^HTTP\/1\.1 200/);
  });
});
