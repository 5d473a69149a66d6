import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { makeSqlLogin } from '@countersign/gateway-protocol';
import { makeCertificate, type TestCertificate } from '../../../../test/support/certificates.js';
import type { UpstreamExchange } from '../http1/upstream-connection.js';
import { SqlDatabase } from './sql-database.js';

/** A database that accepts connections and never answers, so each statement runs until it is stopped. */
let silent: Server;
let port: number;
let folder: string;
const sockets = new Set<Socket>();

beforeAll(async () => {
  silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  port = (silent.address() as AddressInfo).port;
  folder = await mkdtemp(join(tmpdir(), 'countersign-sql-'));
  const upstream = `postgres://127.0.0.1:${port}/books`;
  await makeSqlLogin(folder, 'books', { upstream, login: 'countersign_books' });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => silent.close(() => resolve()));
  await rm(folder, { recursive: true });
});

type Statement = { exchange: UpstreamExchange; answer: Promise<{ status: number; detail?: string }> };

type Parts = ConstructorParameters<typeof SqlDatabase>[0];

function databaseWith(maxStatements: number, parts: Partial<Parts> = {}) {
  const database = new SqlDatabase({
    ...{ spoolDir: folder, service: 'books', maxStatements, security: undefined, onProblem: () => undefined },
    address: { host: '127.0.0.1', port, database: 'books' },
    ...parts,
    limits: { statementMs: 600_000, rowMs: 600_000, maxRows: 1, maxBytes: 1_000 },
  });
  const send = (tenant: string, grant: number): Statement => {
    let exchange: UpstreamExchange | undefined;
    const answer = new Promise<{ status: number; detail?: string }>((resolve) => {
      let status = 0;
      const sender = database.sender(
        { statement: 'SELECT 1', params: [] },
        { tenant, digest: `${tenant}${grant}` },
      );
      exchange = sender.send(
        { method: 'POST', target: '/', fields: [], framing: { kind: 'none' } },
        {
          onUpstreamReady: (ready) => ready.endBody(),
          onResponseHead: (head) => {
            status = head.status;
          },
          onResponseData: (bytes) => resolve({ ...JSON.parse(bytes.toString('utf8')), status }),
          onResponseEnd: () => undefined,
          onTurnEnd: () => undefined,
          onUpstreamFailure: () => undefined,
        },
        tenant,
      );
    });
    return { exchange: exchange as UpstreamExchange, answer };
  };
  return { database, send };
}

const promisesHaveRun = () => new Promise<void>((resolve) => setImmediate(resolve));

test('P9: grants of one tenant run half of the statements of a service, so others still run', async () => {
  const { database, send } = databaseWith(5);
  const [first] = [send('acme', 1), send('acme', 1), send('acme', 2)];
  expect(await send('acme', 1).answer).toMatchObject({
    ...{ status: 429, code: 'rate_limited' },
    detail: 'this grant runs 2 statements already: wait until one of them ends',
  });
  expect(await send('acme', 3).answer).toMatchObject({
    ...{ status: 429, code: 'rate_limited' },
    detail: 'grants of this tenant run 3 statements already: try again in a moment',
  });
  send('globex', 1);
  send('initech', 1);
  expect(await send('globex', 2).answer).toMatchObject({
    ...{ status: 429, code: 'rate_limited' },
    detail: 'the service runs 5 statements already: try again in a moment',
  });
  // A statement that ends gives its place back, and refused ones never had any.
  first.exchange.abort();
  await promisesHaveRun();
  const next = send('globex', 2);
  // A refusal would be there by now, because it waits for nothing.
  expect(await Promise.race([next.answer, promisesHaveRun()])).toBeUndefined();
  database.close();
});

test('a service with a single place serves every tenant', async () => {
  const { database, send } = databaseWith(1);
  send('acme', 1);
  expect(await send('globex', 1).answer).toMatchObject({ status: 429 });
  database.close();
});

describe('P9: the login is sent to no other server', () => {
  const authority = makeCertificate({ name: 'the vendor’s authority', isAuthority: true });
  const stranger = makeCertificate({ name: 'another authority', isAuthority: true });
  const trusting = { context: createSecureContext({ ca: authority.cert }), serverName: undefined };

  test.each<[string, TestCertificate]>([
    ['by another authority', makeCertificate({ name: 'db', dnsNames: ['localhost'], issuer: stranger })],
    ['for another name', makeCertificate({ name: 'db', dnsNames: ['db.example'], issuer: authority })],
  ])('whose certificate is %s', async (_how, { cert, key }) => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // PostgreSQL's answer to a client that asks for TLS.
      socket.once('data', () => {
        socket.write('S');
        const secured = new TLSSocket(socket, { isServer: true, cert, key });
        secured.on('error', () => undefined);
        secured.on('data', (bytes: Buffer) => {
          received.push(bytes);
          socket.destroy();
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = { host: 'localhost', port: (server.address() as AddressInfo).port, database: 'books' };
    const upstream = `postgres://localhost:${address.port}/books`;
    await makeSqlLogin(folder, 'secured', { upstream, login: 'countersign_books' });
    const { send } = databaseWith(1, { service: 'secured', address, security: trusting });
    expect((await send('acme', 1).answer).status).toBe(502);
    expect(received).toEqual([]);
    server.close();
  });

  test('on another machine without TLS', async () => {
    const upstream = 'postgres://db.example:5432/books';
    await makeSqlLogin(folder, 'plain', { upstream, login: 'countersign_books' });
    const address = { host: 'db.example', port: 5432, database: 'books' };
    expect(await databaseWith(1, { service: 'plain', address }).send('acme', 1).answer).toMatchObject({
      detail: 'no TLS for a database on another machine',
    });
  });
});
