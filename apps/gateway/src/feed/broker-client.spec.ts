import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { GatewayCredential } from '@countersign/gateway-protocol';
import { makeCertificate } from '../../../../test/support/certificates.js';
import { BrokerClient, BrokerResponseError } from './broker-client.js';

const { privateKey } = generateKeyPairSync('ed25519');
const NEVER = new AbortController().signal;
const POST = ['/gateway/v1/records', '{}', NEVER] as const;

let server: Server;
let client: BrokerClient;
let connections: Socket[];

/** A broker that answers so, and a client of it. */
async function start(answer: RequestListener, own: Server = createServer(answer)): Promise<void> {
  server = own;
  connections = [];
  server.on('connection', (socket: Socket) => connections.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const scheme = own instanceof TlsServer ? 'https' : 'http';
  const broker = `${scheme}://localhost:${(server.address() as AddressInfo).port}/`;
  const gateway = 'gtw_0199f0a0-7b2c-7003-8000-0000000000f1';
  client = new BrokerClient(
    { broker, gateway, secret: 'secret' } as unknown as GatewayCredential,
    privateKey,
  );
}

afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

test('several messages use one connection', async () => {
  await start((request, response) => {
    request.resume().on('end', () => response.end('{"ok":true}'));
  });
  for (let sent = 0; sent < 3; sent += 1) expect(await client.post(...POST)).toEqual({ ok: true });
  expect(connections).toHaveLength(1);
});

test('204 is undefined; another status is an error with the code of its problem', async () => {
  await start((request, response) => {
    const status = request.url === '/gateway/v1/records' ? 204 : 401;
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/problem+json' });
      response.end(status === 204 ? undefined : '{"code":"unknown_gateway"}');
    });
  });
  expect(await client.post(...POST)).toBeUndefined();
  const failed = await client.post('/other', '{}', NEVER).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(BrokerResponseError);
  expect(failed).toMatchObject({ status: 401, code: 'unknown_gateway', isRejection: true });
});

test('an answer whose head does not come in time is an error', async () => {
  await start(() => undefined);
  await expect(client.openFeed({ nonce: 'n', seen: undefined }, undefined, 100, NEVER)).rejects.toThrow(
    'the broker did not answer in time',
  );
});

test('an answer that breaks off is an error', async () => {
  await start((_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"ok":', () => response.destroy());
  });
  await expect(client.post(...POST)).rejects.toThrow();
});

test('a feed that is given up ends with the reason, before its head and after it', async () => {
  let answers = false;
  await start((_request, response) => {
    if (answers) response.writeHead(200).write('data: {}\n\n');
  });
  const open = (signal: AbortSignal) => client.openFeed({ nonce: 'n', seen: '1.2' }, '1.1', 60_000, signal);
  const first = new AbortController();
  const early = open(first.signal);
  first.abort(new Error('the gateway stops'));
  await expect(early).rejects.toThrow('the gateway stops');

  answers = true;
  const second = new AbortController();
  const read = async () => {
    for await (const piece of await open(second.signal)) {
      expect(String(piece)).toBe('data: {}\n\n');
      second.abort(new Error('the feed is silent'));
    }
  };
  await expect(read()).rejects.toThrow('the feed is silent');
});

test('a broker whose certificate no authority of this host has issued receives nothing', async () => {
  const received: string[] = [];
  const { cert, key } = makeCertificate({ name: 'localhost', dnsNames: ['localhost'] });
  const answer: RequestListener = (request, response) => {
    received.push(String(request.headers.authorization));
    response.end('{}');
  };
  await start(answer, createTlsServer({ cert, key }, answer));
  await expect(client.post(...POST)).rejects.toMatchObject({ code: expect.stringMatching(/CERT/) });
  expect(received).toEqual([]);
});
