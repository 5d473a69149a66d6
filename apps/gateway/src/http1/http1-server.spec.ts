import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { LOCALHOST_CERTIFICATE } from '../../../../test/fakes/localhost-certificate.js';
import { until } from '../../../../test/fakes/until.js';
import { readRequestFraming } from './framing.js';
import { Http1Server } from './http1-server.js';
import type { MessageRules, ServerBehaviour } from './server-connection.js';

/** Handshakes that failed: whether each was late. */
let handshakes: boolean[];
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
  serve: ({ response }) => response.send(200, [], 'ok'),
  refuse: (response, rule) => response.send(400, [], rule),
  refuseLate: (response) => response.send(408, [], 'late'),
  countUnanswered: () => undefined,
  countHandshake: (isLate) => void handshakes.push(isLate),
  onFault: (_, response) => response?.send(503, [], ''),
  wallClock: () => Date.now(),
};

async function start(handshakeMs?: number): Promise<void> {
  handshakes = [];
  server = new Http1Server(behaviour, LOCALHOST_CERTIFICATE, handshakeMs);
  port = await server.listen(0, '127.0.0.1');
}
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

async function secure(): Promise<Socket> {
  const socket = connectSecure({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: LOCALHOST_CERTIFICATE.cert,
  });
  open.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}

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

  test('breaks handshakes with all other connections', async () => {
    await start();
    const [handshaking, ready] = [silent(), await secure()];
    const closed = Promise.all([once(handshaking, 'close'), once(ready, 'close')]);
    await until(() => !handshaking.connecting);
    server.destroyConnections();
    await closed;
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
