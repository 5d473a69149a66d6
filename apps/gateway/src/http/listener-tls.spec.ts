import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { makeCertificate, type TestCertificate } from '../../../../test/support/certificates.js';
import { ListenerTls, ListenerTlsUnusable } from './listener-tls.js';

let world: GatewayWorld | undefined;
let folder: string;
const open: Socket[] = [];
/** TLS sessions that clients could resume. */
const sessions: Buffer[] = [];
const authority = makeCertificate({ name: 'clients’ CA', isAuthority: true });
const ofGateway = makeCertificate({ name: 'gateway', dnsNames: ['gateway.test'] });
const client = makeCertificate({ name: 'client', issuer: authority });
const stranger = makeCertificate({ name: 'stranger' });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'listener-tls-'));
  await place(ofGateway);
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  sessions.length = 0;
  await world?.stop();
  world = undefined;
  await rm(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);
async function put(name: string, content: string): Promise<void> {
  await writeFile(path(`${name}.new`), content);
  await rename(path(`${name}.new`), path(name));
}
async function place({ cert, key }: TestCertificate): Promise<void> {
  await put('key.pem', key);
  await put('cert.pem', cert);
}
const files = () => ({ certFile: path('cert.pem'), keyFile: path('key.pem') });

async function start(withClients = false): Promise<GatewayWorld> {
  if (withClients) await put('clients.pem', authority.cert);
  const clientCaFile = withClients ? path('clients.pem') : undefined;
  world = await GatewayWorld.start({ tls: { ...files(), clientCaFile } });
  return world;
}

const trusting = (certificate = ofGateway): ConnectionOptions => ({
  ca: certificate.cert,
  servername: 'gateway.test',
});

/** A call with Node's own client. Rejects with the socket's error. */
function call(options: ConnectionOptions = trusting(), path = '/billing/tenants/acme/invoices/7') {
  const { broker, gateway } = world!;
  const headers = { authorization: `Bearer ${broker.token(broker.grant())}`, host: 'gateway.test' };
  return new Promise<number | undefined>((resolve, reject) => {
    const where = { host: '127.0.0.1', port: gateway.port, path, agent: false };
    get({ ...where, ...options, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    }).on('error', reject);
  });
}

async function handshake(options: ConnectionOptions = trusting()): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: world!.gateway.port, ...options });
  open.push(socket);
  socket.on('error', () => undefined);
  socket.on('session', (session: Buffer) => void sessions.push(session));
  await once(socket, 'secureConnect');
  return socket;
}

const alarm = async () =>
  ((await (await fetch(`${world!.gateway.adminUrl}/readyz`)).json()) as { listenerTls: unknown }).listenerTls;
const counted = async (code: string) => {
  const text = await (await fetch(`${world!.gateway.adminUrl}/metrics`)).text();
  return Number(new RegExp(`calls_total\\{.*code="${code}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
};

describe('the gateway’s listener by TLS', () => {
  test('serves calls, and its address says so', async () => {
    const { gateway } = await start();
    expect(gateway.url).toMatch(/^https:/);
    expect(await call()).toBe(200);
    expect(await alarm()).toBeNull();
  });

  test('speaks HTTP/1.1 alone: it chooses it among others, and refuses clients that know only others', async () => {
    await start();
    const socket = await handshake({ ...trusting(), ALPNProtocols: ['h2', 'http/1.1'] });
    expect(socket.alpnProtocol).toBe('http/1.1');
    await expect(handshake({ ...trusting(), ALPNProtocols: ['h2'] })).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    });
    await until(async () => (await counted('handshake_failed')) === 1);
  });

  test('tells browsers to come by TLS alone, whatever the answer is', async () => {
    await start();
    const told = [];
    for (const target of ['/healthz', '/billing/tenants/acme/invoices/7', '/billing//x']) {
      const socket = await handshake();
      socket.write(`GET ${target} HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n`);
      let head = '';
      for await (const piece of socket) head += String(piece);
      told.push([head.slice(9, 12), /^Strict-Transport-Security: (.*)\r$/im.exec(head)?.[1]]);
    }
    const year = 'max-age=31536000; includeSubDomains';
    expect(told).toEqual([
      ['200', year],
      ['401', year],
      ['400', year],
    ]);
  });

  test('answers nothing that is not TLS', async () => {
    const { gateway } = await start();
    const socket = connectPlain(gateway.port, '127.0.0.1');
    open.push(socket);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'close');
    expect(text).not.toContain('HTTP');
  });

  test('speaks no TLS before 1.2', async () => {
    await start();
    await expect(
      handshake({ ...trusting(), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SSL_/) });
  });

  test('negotiates no suite without authenticated encryption or forward secrecy', async () => {
    await start();
    const offer = (ciphers: string) => handshake({ ...trusting(), maxVersion: 'TLSv1.2', ciphers });
    for (const weak of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'kRSA', 'aNULL:@SECLEVEL=0'])
      await expect(offer(weak)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SSL_/) });
    const strongest = await offer('ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384');
    expect(strongest.getCipher().name).toBe('ECDHE-ECDSA-AES256-GCM-SHA384');
    expect((await handshake()).getProtocol()).toBe('TLSv1.3');
  });

  test('takes a renewed certificate for connections from then on, and keeps the old one while the new does not fit', async () => {
    await start();
    const before = await handshake();
    const renewed = makeCertificate({ name: 'gateway', dnsNames: ['gateway.test'] });
    await put('cert.pem', renewed.cert);
    await until(async () => String(await alarm()).includes('the key is not that of the certificate'));
    expect(await call()).toBe(200);
    await put('key.pem', renewed.key);
    await until(async () => (await alarm()) === null);
    expect(await call(trusting(renewed))).toBe(200);
    await expect(call(trusting(ofGateway))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(before.destroyed).toBe(false);
    expect(JSON.stringify(world?.logLines)).not.toContain('PRIVATE KEY');
  });

  test('with authorities for clients it serves only those that have a certificate of theirs, its own pages too', async () => {
    await start(true);
    const { cert, key } = client;
    expect(await call({ ...trusting(), cert, key })).toBe(200);
    await expect(call()).rejects.toMatchObject({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' });
    await expect(call(trusting(), '/healthz')).rejects.toThrow();
    await expect(call({ ...trusting(), cert: stranger.cert, key: stranger.key })).rejects.toThrow();
    expect(world?.upstream.hits.length).toBe(1);
    // An earlier session is not resumed past other authorities.
    await handshake({ ...trusting(), cert, key });
    await until(() => sessions.length > 0);
    const session = sessions.at(-1);
    await put('clients.pem', stranger.cert);
    await until(async () => (await call({ ...trusting(), cert, key }).catch(() => undefined)) === undefined);
    const again = await handshake({ ...trusting(), cert, key, session });
    expect(again.isSessionReused()).toBe(false);
  });

  test('a half-made handshake ends when the gateway stops', async () => {
    const { gateway } = await start();
    const socket = connectPlain(gateway.port, '127.0.0.1');
    open.push(socket);
    socket.on('error', () => undefined);
    // The head of a record that never comes.
    socket.write(Buffer.from('160301', 'hex'));
    await until(async () => (await fetch(`${gateway.adminUrl}/healthz`)).ok);
    const closed = once(socket, 'close');
    await gateway.close();
    await closed;
  });

  test('an answer of unknown length that breaks off resets the connection below TLS', async () => {
    const { broker, upstream } = await start();
    upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('part', () => setTimeout(() => response.destroy(), 50));
    };
    const socket = await handshake();
    const error = once(socket, 'end').then(
      () => 'an orderly end',
      (reason: NodeJS.ErrnoException) => reason.code,
    );
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    const token = broker.token(broker.grant());
    socket.write(
      `GET /billing/tenants/acme/invoices/7 HTTP/1.0\r\nHost: gateway.test\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    expect(await error).toBe('ECONNRESET');
    expect(text).toMatch(/part$/);
  });
});

describe('files that cannot be used at the start', () => {
  test.each<[string, () => Promise<void>, RegExp]>([
    ['no certificate', () => rm(path('cert.pem')), /CERT_FILE cannot be read \(ENOENT\)/],
    ['another key', () => put('key.pem', stranger.key), /the key is not that of the certificate/],
    ['no PEM', () => put('cert.pem', 'certificate'), /has no certificate in PEM/],
    [
      'a broken certificate',
      () => put('cert.pem', ofGateway.cert.replace(/\n[^-\n]{40}/, '\n')),
      /cannot be/,
    ],
    ['a large file', () => put('key.pem', 'x'.repeat(2_000_000)), /KEY_FILE is larger than/],
  ])('refuse the start: %s', async (_, spoil, rule) => {
    await spoil();
    let thrown: unknown;
    try {
      new ListenerTls(files());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ListenerTlsUnusable);
    expect((thrown as Error).message).toMatch(rule);
    expect(() => new ListenerTls({ ...files(), clientCaFile: folder })).toThrow(ListenerTlsUnusable);
  });

  test('end the start of the gateway with a code', async () => {
    await rm(path('key.pem'));
    world = new GatewayWorld();
    await world.prepare();
    await expect(world.startGateway({ tls: files() })).rejects.toMatchObject({ code: 'tls_files_unusable' });
  });
});
