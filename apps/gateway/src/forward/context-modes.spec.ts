import { createHmac } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { ContextRefused, contextVerifier } from '@countersign/authorization/context';
import type { ContextMode } from '@countersign/contract';
import { addContextKey, contextKeysPath } from '@countersign/gateway-protocol';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

type Jwk = Awaited<ReturnType<typeof addContextKey>>['jwk'];

let world: GatewayWorld;
/** The verdict of the upstream's check, for each request that reached it. */
const seen: string[] = [];
let verify: ReturnType<typeof contextVerifier>;

beforeEach(async () => {
  seen.length = 0;
  world = new GatewayWorld();
  await world.prepare();
});
afterEach(() => world.stop());

const makeKey = async (overlapMs = 0): Promise<Jwk> =>
  (await addContextKey(world.spoolDir, 'billing', { now: Date.now(), overlapMs })).jwk;

async function start(context: ContextMode): Promise<void> {
  world.broker.upstreamSettings = { billing: { context } };
  world.upstream.onArrival = (request) =>
    verify(request).then(
      () => void seen.push('ok'),
      (error: unknown) => void seen.push(error instanceof ContextRefused ? error.reason : String(error)),
    );
  await world.startGateway();
  await until(() => world.gateway.isInTouch());
}

const expecting = (hmacKeys: Jwk[], audience = 'billing') => contextVerifier({ audience, hmacKeys });

async function call(): Promise<unknown[]> {
  const answer = await world.send({ token: world.broker.token(world.broker.grant()) });
  const { code } = (await answer.json()) as { code?: string };
  return [answer.status, code];
}

type Readyz = { contexts: { service: string; mode: string; problem: string | null }[] };
const contexts = async () =>
  ((await (await fetch(`${world.gateway.adminUrl}/readyz`)).json()) as Readyz).contexts;

describe('context: hmac', () => {
  test('an upstream verifies it with the key of this service alone, and the record names it', async () => {
    const key = await makeKey();
    verify = expecting([key]);
    await start('hmac');
    expect(await call()).toEqual([200, undefined]);
    expect(seen).toEqual(['ok']);
    const { headers } = world.upstream.hits[0]!;
    const [header] = String(headers['countersign-context']).split('.');
    expect(JSON.parse(Buffer.from(header!, 'base64url').toString())).toEqual({
      alg: 'HS256',
      typ: 'countersign-context+jwt',
      kid: key.kid,
    });
    await until(() => world.broker.recordsOf('allowed').length === 1);
    expect(world.broker.recordsOf('allowed')[0]?.context).toBe('hmac');
    expect(world.broker.gaps).toEqual([]);
    expect(await contexts()).toEqual([{ service: 'billing', mode: 'hmac', problem: null }]);
    // P11: the key is in no log.
    expect(world.logLines.join()).not.toContain(key.k);
  });

  test('without a key no call is made or recorded as allowed; once there is one, calls pass', async () => {
    verify = expecting([{ ...(await makeKey()), kid: 'another' }]);
    await rm(contextKeysPath(world.spoolDir, 'billing'));
    await start('hmac');
    expect(await call()).toEqual([503, 'context_key_missing']);
    expect(world.upstream.hits).toEqual([]);
    expect(await contexts()).toMatchObject([{ problem: 'key cannot be read (ENOENT)' }]);
    expect(world.logLines.join()).toContain('context_key_missing');
    await until(() => world.broker.recordsOf('refused').length === 1);
    expect(world.broker.recordsOf('allowed')).toEqual([]);
    verify = expecting([await makeKey()]);
    await until(async () => (await call())[0] === 200);
    expect(seen).toEqual(['ok']);
    await writeFile(contextKeysPath(world.spoolDir, 'billing'), '{}');
    await until(async () => (await call())[0] === 503);
    expect(await contexts()).toMatchObject([{ problem: 'key has another form' }]);
  });

  test('a further key signs when the overlap is over: an upstream with both accepts every call', async () => {
    const [old, next] = [await makeKey(), await makeKey(3_000)];
    verify = expecting([old, next]);
    await start('hmac');
    const kids = () =>
      new Set(
        world.upstream.hits.map(({ headers }) => {
          const [header = ''] = String(headers['countersign-context']).split('.');
          return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
        }),
      );
    await until(async () => {
      await call();
      return kids().has(next.kid);
    });
    expect([...kids()]).toEqual([old.kid, next.kid]);
    expect(new Set(seen)).toEqual(new Set(['ok']));
  });

  test('detects the attacks: another service’s key, another key of that id, the other algorithm, a copy', async () => {
    const key = await makeKey();
    verify = expecting([key]);
    await start('hmac');
    await call();
    const { headers, url } = world.upstream.hits[0]!;
    const own = Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('countersign-')),
    ) as Record<string, string>;
    const send = (context: string) =>
      fetch(world.upstream.origin + url, { headers: { ...own, 'countersign-context': context } });
    const [header = '', claims = '', signature = ''] = String(own['countersign-context']).split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signedBy = (k: Buffer, head: string) =>
      `${head}.${claims}.${createHmac('sha256', k).update(`${head}.${claims}`).digest('base64url')}`;
    const typ = 'countersign-context+jwt';
    seen.length = 0;
    await send(`${header}.${claims}.${signature}`);
    await send(signedBy(Buffer.alloc(32), header));
    await send(signedBy(Buffer.from(key.k, 'base64url'), encode({ alg: 'HS256', typ, kid: 'another' })));
    await send(`${encode({ alg: 'EdDSA', typ, kid: key.kid })}.${claims}.${signature}`);
    await send(`${encode({ alg: 'none', typ, kid: key.kid })}.${claims}.`);
    await send(`${header}.${claims}.${signature.slice(0, 20)}`);
    verify = expecting([key], 'crm');
    await send(`${header}.${claims}.${signature}`);
    expect(seen).toEqual([
      'replayed',
      'bad_signature',
      'unknown_key',
      'unknown_key',
      'malformed',
      'bad_signature',
      'wrong_audience',
    ]);
  });

  test('a broker that is taken over cannot make an upstream accept another mode', async () => {
    verify = expecting([await makeKey()]);
    await start('hmac');
    for (const mode of ['ed25519', 'none'] as const) {
      world.broker.upstreamSettings = { billing: { context: mode } };
      world.broker.announceServices();
      // The previous mode may count for some calls.
      await until(async () => {
        await call();
        return seen.at(-1) === (mode === 'none' ? 'missing' : 'unknown_key');
      });
    }
  });
});

test('context: none sends no context; the record names it', async () => {
  verify = expecting([await makeKey()]);
  await start('none');
  expect(await call()).toEqual([200, undefined]);
  expect(world.upstream.hits[0]?.headers).toMatchObject({ 'countersign-tenant': 'acme' });
  expect(world.upstream.hits[0]?.headers).not.toHaveProperty('countersign-context');
  await until(() => world.broker.recordsOf('allowed').length === 1);
  expect(world.broker.recordsOf('allowed')[0]?.context).toBe('none');
});

test('context: ed25519 is what every service has that says nothing; its record has no such member', async () => {
  verify = contextVerifier({ audience: 'billing', gateways: ['http://127.0.0.1:9'] });
  await start('ed25519');
  verify = contextVerifier({ audience: 'billing', gateways: [world.gateway.url] });
  expect(await call()).toEqual([200, undefined]);
  expect(seen).toEqual(['ok']);
  await until(() => world.broker.recordsOf('allowed').length === 1);
  expect(world.broker.recordsOf('allowed')[0]).not.toHaveProperty('context');
});

test.each([
  [{ kty: 'oct', kid: 'a', k: 'c2hvcnQ' }, /shorter than 32 bytes/],
  [{ kty: 'RSA', kid: 'a' }, /not what/],
  [{ kty: 'oct', k: 'a'.repeat(43) }, /not what/],
  [{ kty: 'oct', kid: 'a', alg: 'HS512', k: 'a'.repeat(86) }, /not what/],
])('an upstream does not start with a bad key', (jwk, rule) => {
  expect(() => contextVerifier({ audience: 'billing', hmacKeys: [jwk] })).toThrow(rule);
  expect(() => contextVerifier({ audience: 'billing' })).toThrow(/`gateways`, `keys` or `hmacKeys`/);
});
