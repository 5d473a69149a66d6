import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import tls, { type TlsOptions } from 'node:tls';
import { makeCertificate } from '../../../../test/support/certificates.js';
import { checkDatabaseTransport, checkHosts, checkTransport } from './transport.js';

const authority = makeCertificate({ name: 'an authority', isAuthority: true });
const certificate = (notAfter = 30) =>
  makeCertificate({ name: 'localhost', dnsNames: ['localhost'], issuer: authority, notAfter });
/** As the configurations in docs/gateways do it. */
const STRICT: TlsOptions = { minVersion: 'TLSv1.2', ciphers: 'ECDHE+AESGCM:ECDHE+CHACHA20' };

async function check(
  options: TlsOptions,
  { cert, key } = certificate(),
  ca: string | undefined = authority.cert,
) {
  const server = tls.createServer({ cert, key, ...options }, (socket) => socket.end());
  server.on('tlsClientError', () => undefined);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await checkTransport('TLS', `https://localhost:${port}`, ca);
  } finally {
    server.close();
  }
}

describe('the TLS of an address', () => {
  test('TLS 1.2 and 1.3 with forward secrecy and a trusted certificate are fine', async () => {
    expect(await check(STRICT)).toMatchObject({ status: 'ok', detail: expect.stringContaining('TLSv1.3') });
  });

  test('TLS 1.1 is reported', async () => {
    const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    expect(await check(old)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('before TLS 1.2'),
    });
  });

  test('a suite without authentication or forward secrecy is reported', async () => {
    const weak = { ...STRICT, ciphers: 'ECDHE+AESGCM:aNULL:@SECLEVEL=0' };
    expect(await check(weak)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('forward secrecy'),
    });
  });

  test('a certificate of an unknown authority, of another name, or that has expired is reported', async () => {
    expect(
      await check(STRICT, certificate(), makeCertificate({ name: 'another', isAuthority: true }).cert),
    ).toMatchObject({ status: 'failed' });
    const other = makeCertificate({ name: 'other', dnsNames: ['other.example'], issuer: authority });
    expect(await check(STRICT, other)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    expect(await check(STRICT, certificate(-0.5))).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('CERT_HAS_EXPIRED'),
    });
  });

  test('a certificate that ends soon is a warning', async () => {
    expect(await check(STRICT, certificate(5))).toMatchObject({ status: 'warning' });
  });

  test('plain http of this machine is not checked, nor an address that does not answer', async () => {
    expect((await checkTransport('TLS', 'http://localhost:4000')).status).toBe('skipped');
    expect((await checkTransport('TLS', 'https://localhost:1')).status).toBe('skipped');
  });
});

test('broker and gateway on one host are a warning, except on this machine', () => {
  const status = (broker: string, gateway: string) => checkHosts(broker, gateway).status;
  expect(status('https://access.example', 'https://access.example:4100')).toBe('warning');
  expect(status('https://access.example', 'https://gateway.example')).toBe('ok');
  expect(status('http://localhost:4000', 'http://localhost:4100')).toBe('skipped');
});

test('a database on another machine is reached by TLS, and its certificate is verified', () => {
  const status = (url: string) => checkDatabaseTransport(url).map((finding) => finding.status);
  for (const mode of ['verify-full', 'verify-ca', 'require', 'prefer'])
    expect(status(`postgres://u:p@db.example/c?sslmode=${mode}`)).toEqual(['ok']);
  for (const query of ['', '?sslmode=disable', '?sslmode=no-verify'])
    expect(status(`postgres://u:p@db.example/c${query}`)).toEqual(['warning']);
  for (const url of [
    'sqlite:./c.db',
    'postgres://localhost/c',
    'postgres://u@127.0.0.1:5432/c',
    'postgres:///c?host=/run',
  ])
    expect(status(url)).toEqual([]);
  expect(JSON.stringify(checkDatabaseTransport('postgres://u:hunter2@db.example/c'))).not.toContain(
    'hunter2',
  );
});
