import {
  beginLogKeyRotation,
  continueLogKeyRotation,
  type KeyUse,
  revokeSigningKey,
  rotateSigningKey,
} from '@countersign/access';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { organisation } from '../../factories/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { Customer } from '../../support/customer.js';
import { gatewayEnv } from '../../support/environments.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { Inside } from '../../support/inside.js';
import { ProcessSigners } from '../../support/process-signers.js';
import { PushService } from '../../support/push-service.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeGrant, makeRequest, mintToken } from '../story.js';

const claimsOf = (token: string, part: 0 | 1) =>
  JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>;

/** As with a KMS: every private key of the broker is in another process, which answers when it likes. */
describe('a broker whose keys are in another process', () => {
  let folder: string;
  let signers: ProcessSigners;
  let broker: TestBroker;
  let push: PushService;
  let upstream: CountingUpstream;
  let gateway: Inside;
  let gatewayUrl: string;

  beforeEach(async () => {
    folder = await tempFolder('signers');
    signers = ProcessSigners.start();
    push = await PushService.start();
    upstream = new CountingUpstream();
    await upstream.start();
    const file = organisation((draft) => {
      for (const service of draft.services) service.upstream = upstream.origin;
    });
    const settings = { pushServices: [push.origin] };
    broker = await TestBroker.start({ organisation: file, settings, signers });
    const { text } = await broker.enrolGateway('site');
    const [port, adminPort] = [await freePort(), await freePort()];
    gatewayUrl = `http://127.0.0.1:${port}`;
    gateway = Inside.start('gateway', gatewayEnv({ folder, credential: text }, port, 'spool', adminPort));
    await gateway.untilReady(`${gatewayUrl}/readyz`);
  });
  afterEach(async () => {
    signers.before = () => Promise.resolve();
    await gateway.dispose();
    await broker.close();
    await Promise.all([signers.stop(), push.stop(), upstream.stop()]);
    await removeFolder(folder);
  });

  const call = (token: string) => callGateway({ gatewayUrl }, token);
  const tokenOf = async (grant: string) => (await mintToken(broker, grant)).access_token;
  const revoke = async (grant: string) =>
    expectStatus(
      await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, {
        body: { reason: 'enough' },
      }),
      200,
    );
  const isRefused = (token: string, code: string) =>
    eventually(`calls are refused: ${code}`, async () => (await call(token)).code === code, 30_000);
  const minted = async (grant: string) =>
    (await broker.host.store.readForTenant('acme', (unit) => unit.events.leaves(0, 10_000)))
      .map((leaf) => JSON.parse(leaf))
      .filter(({ type, data }) => type === 'token.minted' && data.grant === grant)
      .map(({ data }) => data.jti);
  /** The log as any follower verifies it, with this key. @returns the exit code */
  async function verify(vkey: string): Promise<number> {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.approver };
    return run(
      ['log', 'verify', `${broker.url}/log/acme`, '--vkey', vkey],
      new Terminal(env, '', broker.clock),
    );
  }
  const vkeyNow = async () => (await broker.call('approver', 'GET', '/log/acme/vkey')).text.trim();
  /** The signer of this use fails from now on. */
  function breakSigner(broken: KeyUse): void {
    signers.before = (use) =>
      use === broken ? Promise.reject(new Error('out of reach')) : Promise.resolve();
  }
  const repairSigners = () => {
    signers.before = () => Promise.resolve();
  };

  test('signs tokens, the feed, checkpoints and pushes; keys are replaced as ever', async () => {
    const reviewer = await Customer.of(broker, 'reviewer');
    const { subscription } = push.browser('max');
    await reviewer.ask('POST', '/api/v1/push-subscriptions', { ...subscription, language: 'en' }, 201);
    const { grant } = await makeGrant(broker);
    // The service accepts only what the key that the browser subscribed with has signed.
    await eventually('a push', () => push.at('max').length > 0);
    const token = await tokenOf(grant);
    expect((await call(token)).status).toBe(200);
    const old = await vkeyNow();
    expect(await verify(old)).toBe(0);

    const { kid } = await rotateSigningKey(broker.host, signers);
    await eventually('both keys are published', async () => {
      const { body } = await broker.call(null, 'GET', '/.well-known/jwks.json');
      return (body as { keys: { kid: string }[] }).keys.some((key) => key.kid === kid);
    });
    const { successor } = await revokeSigningKey(broker.host, signers, String(claimsOf(token, 0)['kid']));
    await isRefused(token, 'invalid_token');
    const next = await tokenOf(grant);
    expect(claimsOf(next, 0)['kid']).toBe(successor);
    expect((await call(next)).status).toBe(200);

    await beginLogKeyRotation(broker.host, signers);
    while (!(await continueLogKeyRotation(broker.host, signers, { actor: 'host' })));
    expect(await vkeyNow()).not.toBe(old);
    for (const vkey of [old, await vkeyNow()]) expect(await verify(vkey)).toBe(0);

    await revoke(grant);
    await isRefused(next, 'grant_ended');
    for (const [use, count] of Object.entries(signers.signed)) expect([use, count > 0]).toEqual([use, true]);
    const stored = await broker.host.store.readAsVendor(({ keys }) => keys.list('token'));
    for (const { secret } of stored) expect(secret).toMatch(/^process:[\w-]+$/);
  });

  test('a signer that fails or is late is 503 not_ready; nothing is lost, and the next attempt succeeds', async () => {
    const { grant } = await makeGrant(broker);
    breakSigner('token');
    const refused = await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`);
    expect(codeOf(refused)).toBe('503 not_ready');
    expect(refused.headers.get('retry-after')).toBe('1');
    repairSigners();
    const token = await tokenOf(grant);
    expect((await call(token)).status).toBe(200);
    // The token that no one got is in the log too: none was ever signed that is not.
    const jtis = await minted(grant);
    expect(jtis).toHaveLength(2);
    expect(jtis.at(-1)).toBe(claimsOf(token, 1)['jti']);

    breakSigner('log');
    await makeRequest(broker);
    expect(codeOf(await broker.call('approver', 'GET', '/log/acme/checkpoint'))).toBe('503 not_ready');
    repairSigners();
    expectStatus(await broker.call('approver', 'GET', '/log/acme/checkpoint'), 200);
    expect(await verify(await vkeyNow())).toBe(0);

    breakSigner('feed');
    const { bearer } = await broker.enrolGateway('other');
    const path = `/gateway/v1/feed?nonce=${Buffer.alloc(32).toString('base64url')}`;
    const join = () => broker.fetch('GET', path, { headers: { authorization: bearer } });
    expect(codeOf(await join())).toBe('503 not_ready');
    await revoke(grant);
    repairSigners();
    await isRefused(token, 'grant_ended');
  });

  test('no one waits for a slow signer: others write to the same log meanwhile', async () => {
    const { grant } = await makeGrant(broker);
    let release = () => {};
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    signers.before = (use) => (use === 'token' ? isReleased : Promise.resolve());
    const minting = mintToken(broker, grant);
    await eventually('the event of the token', async () => (await minted(grant)).length === 1);
    await makeRequest(broker);
    release();
    const { access_token: token } = await minting;
    expect([claimsOf(token, 1)['jti']]).toEqual(await minted(grant));
    expect((await call(token)).status).toBe(200);
  });
});
