import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { outboundRules } from '../outbound/outbound-rules.js';
import type { OidcProviders } from '../sign-in/oidc-providers.js';
import { ProviderKeys } from './provider-keys.js';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY_SET = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'known', alg: 'ES256' }] };
const SECONDS = 1_000;

describe('the keys of a provider', () => {
  let server: Server;
  let asked: number;
  let status: number;
  let passed: number;
  let settings: { issuer: string; audience: string; jwksUri: string };
  let keys: ProviderKeys;

  beforeEach(async () => {
    [asked, status, passed] = [0, 200, 0];
    server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(KEY_SET));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    settings = {
      issuer: 'http://127.0.0.1',
      audience: 'countersign',
      jwksUri: `http://127.0.0.1:${port}/keys`,
    };
    keys = new ProviderKeys(outboundRules({ outboundPrivate: [] }), {} as OidcProviders);
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + passed);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await new Promise((resolve) => server.close(resolve));
  });

  const find = (kid: string) => keys.find(settings, kid, 'ES256').then((key) => key !== undefined);

  test('strangers who invent key ids while the provider is down neither drop its keys nor ask it again and again', async () => {
    expect(await find('known')).toBe(true);
    passed = 11 * SECONDS;
    status = 500;
    await expect(find('invented')).rejects.toThrow();
    for (let turn = 0; turn < 20; turn += 1) expect(await find(`invented ${turn}`)).toBe(false);
    expect(asked).toBe(2);
    expect(await find('known')).toBe(true);
    expect(asked).toBe(2);
  });

  test('a provider that is down when its keys are needed is asked once in ten seconds', async () => {
    status = 500;
    for (let turn = 0; turn < 20; turn += 1) await expect(find('known')).rejects.toThrow();
    expect(asked).toBe(1);
    status = 200;
    passed = 11 * SECONDS;
    expect(await find('known')).toBe(true);
  });

  test('a provider elsewhere that publishes an address of this machine as `jwks_uri` makes the broker call nothing here', async () => {
    const chosen = { keySetAddress: () => Promise.resolve(settings.jwksUri) } as unknown as OidcProviders;
    keys = new ProviderKeys(outboundRules({ outboundPrivate: [] }), chosen);
    const { audience, issuer } = settings;
    await expect(keys.find({ audience, issuer: 'https://idp.example' }, 'known', 'ES256')).rejects.toThrow();
    expect(asked).toBe(0);
    // A provider on this machine, and an address that the organisation file itself names, are the operator's own choice.
    expect(await keys.find({ audience, issuer }, 'known', 'ES256')).toBeDefined();
    expect(await keys.find({ ...settings, issuer: 'https://idp.example' }, 'known', 'ES256')).toBeDefined();
    expect(asked).toBe(1);
  });

  test('a key that the provider has just begun to use is fetched, at most every ten seconds', async () => {
    expect(await find('next')).toBe(false);
    expect(asked).toBe(1);
    passed = 11 * SECONDS;
    expect(await find('next')).toBe(false);
    expect(await find('next')).toBe(false);
    expect(asked).toBe(2);
  });
});
