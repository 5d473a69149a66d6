/** @soak */

import { revokeSigningKey, rotateSigningKey } from '@countersign/access';
import { checkToken } from '@countersign/authorization';
import { systemSigners } from '@countersign/persistence';
import { organisation } from '../../factories/organisation.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf, makeGrant, mintToken } from '../story.js';

let broker: TestBroker;
const start = async () => {
  broker = await TestBroker.start();
};
const close = () => broker.close();

const part = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString('utf8')) as Record<string, unknown>;
const claims = (token: string) => part(token, 1) as Record<string, number>;
const kidOf = (token: string) => String(part(token, 0)['kid']);

async function published(): Promise<string[]> {
  const { body } = await broker.fetch('GET', '/.well-known/jwks.json');
  return (body as { keys: { kid: string }[] }).keys.map((key) => key.kid);
}

async function isActive(token: string): Promise<boolean> {
  const { body } = await broker.call('engineer', 'POST', '/oauth/introspect', {
    raw: `token=${token}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return (body as { active: boolean }).active;
}

describe('tokens', () => {
  beforeAll(start);
  afterAll(close);

  test('a token passes verification with the published keys; its header has three members', async () => {
    const { grant } = await makeGrant(broker);
    const { access_token: token } = await mintToken(broker, grant);
    expect(Object.keys(part(token, 0)).sort()).toEqual(['alg', 'kid', 'typ']);
    const { body: jwks } = await broker.fetch('GET', '/.well-known/jwks.json');
    const checked = checkToken(token, {
      jwks,
      issuer: 'http://localhost:4000',
      audience: 'billing',
      now: () => broker.clock.now().getTime(),
      hashing: broker.host.hashing,
    });
    expect(checked).toMatchObject({ ok: true });
    expect(JSON.stringify(jwks)).not.toMatch(/"d":/);
  });

  test('revoking a token releases its grant; an inactive or foreign token causes no error and reveals nothing', async () => {
    const { grant } = await makeGrant(broker);
    const { access_token: token } = await mintToken(broker, grant);
    const revoke = (raw: string) =>
      broker.call('engineer', 'POST', '/oauth/revoke', {
        raw: `token=${raw}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    expect((await revoke('nonsense')).status).toBe(200);
    expect((await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`)).body).toMatchObject({
      state: 'active',
    });
    expect((await revoke(token)).status).toBe(200);
    expect((await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`)).body).toMatchObject({
      state: 'ended',
      endReason: 'released',
    });
    expect(await isActive(token)).toBe(false);
    expect((await revoke(token)).status).toBe(200);
  });

  onlyInSoak(() => {
    test('a changed token is not active', async () => {
      const { grant } = await makeGrant(broker);
      const { access_token: token } = await mintToken(broker, grant);
      const [header, payload, signature] = token.split('.') as [string, string, string];
      const altered = Buffer.from(JSON.stringify({ ...part(token, 1), tenant: 'globex' })).toString(
        'base64url',
      );
      for (const bad of [`${header}.${altered}.${signature}`, `${header}.${payload}.`, `${token}A`, 'a.b.c'])
        expect(await isActive(bad)).toBe(false);
    });
  });
});

describe('tokens while time passes and keys change', () => {
  beforeAll(start);
  afterAll(close);

  test('P3: a token minted near the end of its grant expires with the grant', async () => {
    const { grant } = await makeGrant(broker);
    broker.clock.advance(14 * 60);
    const { access_token: token, expires_in } = await mintToken(broker, grant);
    const { iat, nbf, exp, grant_nbf, grant_exp } = claims(token);
    expect(expires_in).toBeLessThanOrEqual(60);
    expect(exp).toBe(grant_exp);
    expect(nbf).toBe(iat);
    expect(iat! >= grant_nbf!).toBe(true);
  });

  test('P1: a grant mints no token after its window, even if the job has not run', async () => {
    const { grant } = await makeGrant(broker);
    broker.clock.advance(15 * 60);
    expect(codeOf(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`))).toBe(
      '409 grant_not_active',
    );
  });

  test('a new key is published first and signs later; the old key verifies during the overlap', async () => {
    const { grant } = await makeGrant(broker);
    const { access_token: before } = await mintToken(broker, grant);
    const { kid } = await rotateSigningKey(broker.host, systemSigners);
    await eventually('both keys are published', async () => (await published()).length === 2);
    expect(kidOf((await mintToken(broker, grant)).access_token)).toBe(kidOf(before));
    broker.clock.advance(11);
    const { access_token: after } = await mintToken(broker, grant);
    expect(kidOf(after)).toBe(kid);
    expect([await isActive(before), await isActive(after)]).toEqual([true, true]);
    // The one that has a successor is revoked without a new key, also if none can be made.
    const noKeys = { ...systemSigners, make: () => Promise.reject(new Error('out of reach')) };
    expect(await revokeSigningKey(broker.host, noKeys, kidOf(before))).toEqual({ successor: kid });
    await expect(revokeSigningKey(broker.host, noKeys, kid)).rejects.toThrow('out of reach');
    await eventually('it is published no more', async () => (await published()).join() === kid);
  });

  onlyInSoak(() => {
    test('revoking a key ends its tokens, and another key signs', async () => {
      const { grant } = await makeGrant(broker);
      const { access_token: token } = await mintToken(broker, grant);
      await revokeSigningKey(broker.host, systemSigners, kidOf(token));
      await eventually('the token is not active', async () => !(await isActive(token)), 15_000);
      expect(await published()).not.toContain(kidOf(token));
      expect(await isActive((await mintToken(broker, grant)).access_token)).toBe(true);
    });
  });
});

describe('rate limits', () => {
  test('calls above a person’s limit are 429 with Retry-After; other people are not affected', async () => {
    const limited = await TestBroker.start({
      settings: { rateLimitPerMinute: 5 },
      organisation: organisation(),
    });
    try {
      const who = () => limited.call('engineer', 'GET', '/api/v1/whoami');
      const statuses: number[] = [];
      for (let count = 0; count < 6; count += 1) statuses.push((await who()).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
      const refused = await who();
      expect(codeOf(refused)).toBe('429 rate_limited');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await limited.call('approver', 'GET', '/api/v1/whoami')).status).toBe(200);
      for (let count = 0; count < 5; count += 1) await limited.fetch('GET', '/api/v1/whoami');
      expect(codeOf(await limited.fetch('GET', '/api/v1/whoami'))).toBe('429 rate_limited');
      expect((await limited.fetch('GET', '/healthz')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});

describe('the place that a token is fetched from', () => {
  afterEach(close);

  test('P6: a token that is fetched from another country than the terms state is refused, and the grant is paused', async () => {
    const file = organisation((draft) => {
      draft.vendor.staff = draft.vendor.staff.map((member) => ({ ...member, facts: { country: 'DE' } }));
      draft.accessPolicy.places = [
        { country: 'DE', networks: ['203.0.113.0/24'] },
        { country: 'FR', networks: ['198.51.100.0/24'] },
      ];
      const abroad = {
        name: 'abroad',
        count: 'other-country' as const,
        over: 0,
        within: 60,
        do: 'pause' as const,
      };
      draft.tenants[0]!.privacyControls.supervision = [abroad];
    });
    broker = await TestBroker.start({
      organisation: file,
      settings: { trustedProxies: ['127.0.0.0/8', '::1/128'] },
    });
    const { grant } = await makeGrant(broker);
    const from = (address: string) =>
      broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`, {
        headers: { 'x-forwarded-for': address },
      });
    expect((await from('203.0.113.9')).status).toBe(200);
    const abroad = await from('198.51.100.9');
    expect(codeOf(abroad)).toBe('409 grant_not_active');
    const read = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
    expect(read.body).toMatchObject({ state: 'active', access: 'locked' });
  });
});
