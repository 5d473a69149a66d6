import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UpstreamTls } from '@countersign/contract';
import { billingService, GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { makeCertificate, type TestCertificate } from '../../../../test/support/certificates.js';
import { UpstreamTlsFiles } from './upstream-tls.js';

let world: GatewayWorld;
let folder: string;
const authority = makeCertificate({ name: 'private CA', isAuthority: true });
const stranger = makeCertificate({ name: 'another CA', isAuthority: true });
const ofUpstream = (wishes: Partial<Parameters<typeof makeCertificate>[0]> = {}) =>
  makeCertificate({ name: 'billing', dnsNames: ['localhost'], issuer: authority, ...wishes });
const ofGateway = (issuer: TestCertificate) => makeCertificate({ name: 'gateway', issuer });

afterEach(() => world?.stop());

type Start = {
  server?: TestCertificate;
  tls?: UpstreamTls;
  /** Whether the upstream requires a certificate by its own authority. */
  mutual?: boolean;
  files?: Record<string, string>;
};

/** A world whose upstream speaks TLS, and whose operator has put these files into the folder of `localhost`. */
async function start({ server = ofUpstream(), tls, mutual = false, files = {} }: Start): Promise<void> {
  world = new GatewayWorld();
  world.upstream.tls = {
    cert: server.cert,
    key: server.key,
    ...(mutual && { requestCert: true, rejectUnauthorized: true, ca: authority.cert }),
  };
  await world.prepare();
  folder = join(world.spoolDir, 'tls');
  await mkdir(join(folder, 'localhost'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await put(name, content);
  if (tls !== undefined) world.broker.upstreamSettings = { billing: { tls } };
  await world.startGateway({ upstreamTlsDir: folder });
  await until(() => world.gateway.isInTouch());
}

/** Puts a file in place as operators do: whole, by renaming. */
async function put(name: string, content: string): Promise<void> {
  const path = join(folder, 'localhost', name);
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function call(): Promise<unknown[]> {
  const answer = await world.send({ token: world.broker.token(world.broker.grant()) });
  const { code, reason } = (await answer.json()) as { code?: string; reason?: string };
  return [answer.status, code, reason];
}

const problems = async () =>
  ((await (await fetch(`${world.gateway.adminUrl}/readyz`)).json()) as { upstreamTls: unknown }).upstreamTls;

const CA = { caFile: 'ca.pem' };
const MUTUAL = { ...CA, certFile: 'client.pem', keyFile: 'client.key' };
const OK = [200, undefined, undefined];

describe('TLS to an upstream', () => {
  test('with a private authority that the service names is used for calls', async () => {
    await start({ tls: CA, files: { 'ca.pem': authority.cert } });
    expect([await call(), await call()]).toEqual([OK, OK]);
    expect(await problems()).toEqual([]);
  });

  test.each<[string, Start, string]>([
    ['from another authority', { tls: CA, files: { 'ca.pem': stranger.cert } }, 'untrusted_certificate'],
    ['from an authority that no one names', {}, 'untrusted_certificate'],
    [
      'for another name',
      { server: ofUpstream({ dnsNames: ['ledger.example'] }), tls: CA, files: { 'ca.pem': authority.cert } },
      'wrong_name',
    ],
    [
      'that has expired',
      { server: ofUpstream({ notAfter: -0.5 }), tls: CA, files: { 'ca.pem': authority.cert } },
      'expired_certificate',
    ],
  ])('refuses a certificate %s: 502, and the upstream gets no request', async (_, startServer, reason) => {
    await start(startServer);
    expect(await call()).toEqual([502, 'upstream_tls_failed', reason]);
    expect(world.upstream.hits).toEqual([]);
    await until(() => world.broker.recordsOf('outcome').some(({ outcome }) => outcome === 'failed'));
  });

  test('accepts the name that the service gives in place of the host', async () => {
    const server = ofUpstream({ dnsNames: ['ledger.example'] });
    await start({
      server,
      tls: { ...CA, serverName: 'ledger.example' },
      files: { 'ca.pem': authority.cert },
    });
    expect(await call()).toEqual(OK);
  });

  test('shows the gateway’s certificate to an upstream that requires one; without it the code says so', async () => {
    const { cert, key } = ofGateway(authority);
    const files = { 'ca.pem': authority.cert, 'client.pem': cert, 'client.key': key };
    await start({ mutual: true, tls: MUTUAL, files });
    expect(await call()).toEqual(OK);
    world.broker.upstreamSettings = { billing: { tls: CA } };
    world.broker.announceServices();
    await until(async () => (await call())[2] === 'client_certificate_required');
    expect(world.upstream.hits.length).toBe(1);
  });

  test('uses files that were replaced, keeps the old ones if the new are broken, and says so', async () => {
    const first = ofGateway(authority);
    const files = { 'ca.pem': authority.cert, 'client.pem': first.cert, 'client.key': first.key };
    await start({ mutual: true, tls: MUTUAL, files });
    expect(await call()).toEqual(OK);
    await put('client.pem', ofGateway(authority).cert);
    await until(async () =>
      JSON.stringify(await problems()).includes('the key is not that of the certificate'),
    );
    expect(await problems()).toEqual([expect.objectContaining({ service: 'billing', inUse: true })]);
    expect(await call()).toEqual(OK);
    await rm(join(folder, 'localhost', 'client.key'));
    await until(async () => JSON.stringify(await problems()).includes('keyFile cannot be read (ENOENT)'));
    expect(await call()).toEqual(OK);
    // From an authority that the upstream does not accept: now it is used.
    const unknown = ofGateway(stranger);
    await put('client.pem', unknown.cert);
    await put('client.key', unknown.key);
    await until(async () => (await call())[0] === 502);
    expect(await problems()).toEqual([]);
    expect(JSON.stringify(world.logLines)).not.toContain('PRIVATE KEY');
  });

  test('an authority that was replaced counts for the next call, also on existing connections', async () => {
    await start({ tls: CA, files: { 'ca.pem': authority.cert } });
    expect(await call()).toEqual(OK);
    await put('ca.pem', stranger.cert);
    await until(async () => (await call())[2] === 'untrusted_certificate');
  });

  test('files that cannot be used refuse the call before it is recorded as allowed', async () => {
    await start({ tls: CA });
    expect(await call()).toEqual([502, 'upstream_tls_failed', 'files_unusable']);
    expect(await problems()).toEqual([
      { service: 'billing', problem: 'caFile cannot be read (ENOENT)', inUse: false },
    ]);
    await until(() => world.broker.recordsOf('refused').length === 1);
    expect(world.broker.recordsOf('allowed')).toEqual([]);
    await put('ca.pem', authority.cert);
    await until(async () => (await call())[0] === 200);
  });
});

describe('a broker that is taken over', () => {
  test('gets no certificate sent to another host, and no file of this host read', async () => {
    const { cert, key } = ofGateway(authority);
    const files = { 'ca.pem': authority.cert, 'client.pem': cert, 'client.key': key };
    await start({ mutual: true, tls: MUTUAL, files });
    // The same upstream by another name, which the operator has no folder for.
    world.broker.services = [billingService(world.upstream.origin.replace('localhost', '127.0.0.1'))];
    world.broker.announceServices();
    await until(async () => (await call())[2] === 'files_unusable');
    expect(world.upstream.hits).toEqual([]);
  });

  const at = (hostname: string, tls: UpstreamTls) =>
    new UpstreamTlsFiles('/srv/tls', new URL(`https://${hostname}`), tls).problem;

  test.each([
    ['../other.example/ca.pem'],
    ['/etc/passwd'],
    ['/srv/tls/other.example/ca.pem'],
    ['/srv/tls/billing.example/../other.example/ca.pem'],
    ['.'],
    ['/srv/tls/billing.example'],
  ])('cannot name %s as a file of an upstream', (caFile) => {
    expect(at('billing.example', { caFile })).toMatch(/^caFile is not below billing\.example\//);
  });

  test('cannot leave the folder by the upstream’s host', () => {
    for (const hostname of ['..', '.', 'a..b', '.a'])
      expect(at(hostname, { caFile: 'ca.pem' })).toBe('the upstream’s host cannot be the name of a folder');
    expect(new UpstreamTlsFiles(undefined, new URL('https://a.example'), { caFile: 'ca.pem' }).problem).toBe(
      'this gateway has no folder for TLS files of upstreams',
    );
  });

  test('a file may be named by its whole path, and the operator may link to others', async () => {
    await start({});
    await writeFile(join(folder, 'shared.pem'), authority.cert);
    await symlink('../shared.pem', join(folder, 'localhost', 'ca.pem'));
    world.broker.upstreamSettings = { billing: { tls: { caFile: join(folder, 'localhost', 'ca.pem') } } };
    world.broker.announceServices();
    await until(async () => (await call())[0] === 200);
  });
});
