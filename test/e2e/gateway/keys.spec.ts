/**
 * @soak
 * @alone
 */

import type { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { Cli } from '../../support/cli.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import type { Inside } from '../../support/inside.js';
import { onlyInSoak } from '../../support/samples.js';
import type { Site } from '../../support/site.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

describe('signing keys while tokens are in use', () => {
  let site: Site<Inside>;
  let upstream: CountingUpstream;
  let close: () => Promise<void>;
  let cli: Cli;
  let grant: string;

  beforeAll(async () => {
    ({ site, upstream, close } = await siteInsideWithUpstream());
    await site.startGateway();
    cli = new Cli({
      COUNTERSIGN_DATABASE_URL: site.store.url,
      COUNTERSIGN_DATA_DIR: site.folder,
      COUNTERSIGN_MASTER_KEY: site.store.masterKey,
    });
    grant = await makeGrant(site);
  });
  afterAll(() => close());

  const kidOf = (token: string): string =>
    (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
  const published = async (): Promise<string[]> => {
    const answer = await fetch(`${site.brokerUrl}/.well-known/jwks.json`);
    return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  };

  onlyInSoak(() => {
    test('rotate-signing: the new key is published, then signs; tokens of both keys work', async () => {
      const before = await mintToken(site, grant);
      expect((await callGateway(site, before)).status).toBe(200);
      const { kid } = await cli.json<{ kid: string; activeFrom: string }>('keys', 'rotate-signing');
      await eventually('both are published', async () => (await published()).includes(kid));
      expect(await published()).toContain(kidOf(before));
      const after = await eventually(
        'the new key signs',
        async () => {
          const token = await mintToken(site, grant);
          return kidOf(token) === kid ? token : undefined;
        },
        60_000,
        250,
      );
      // The first call with it: every gateway knew the key before the broker signed with it.
      expect((await callGateway(site, after)).status).toBe(200);
      expect((await callGateway(site, before)).status).toBe(200);
    }, 120_000);
  });

  test('P6: revoke-signing ends the key’s tokens and open responses at every gateway; a successor signs', async () => {
    const token = await mintToken(site, grant);
    upstream.answer = (_request, response) => void response.write('first');
    const open = await fetch(`${site.gatewayUrl}/billing/tenants/acme/invoices/7`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const reader = open.body!.getReader();
    await reader.read();
    upstream.answer = (_request, response) => response.end('{"ok":true}');
    const told = await cli.json<{ kid: string; successor: string }>('keys', 'revoke-signing', kidOf(token));
    const revoked = performance.now();
    expect(told).toMatchObject({ kid: kidOf(token), revoked: true, successor: expect.any(String) });
    const refused = await eventually(
      'its tokens are refused',
      async () => {
        const answer = await callGateway(site, token);
        return answer.status === 200 ? undefined : answer;
      },
      30_000,
    );
    expect(performance.now() - revoked).toBeLessThan(onBusyMachine(1_000));
    expect(refused).toMatchObject({ status: 401, code: 'invalid_token' });
    expect(JSON.parse(refused.text)).toMatchObject({ reason: 'unknown_key' });
    await expect(reader.read()).rejects.toThrow();
    // Not because the upstream was silent, which would have ended it after a minute.
    expect(performance.now() - revoked).toBeLessThan(30_000);
    const hits = upstream.hits.length;
    for (let times = 0; times < 20; times += 1) expect((await callGateway(site, token)).status).toBe(401);
    expect(upstream.hits).toHaveLength(hits);
    expect(await published()).not.toContain(kidOf(token));
    const next = await mintToken(site, grant);
    expect(kidOf(next)).toBe(told.successor);
    await eventually(
      'the successor’s tokens work',
      async () => (await callGateway(site, next)).status === 200,
    );
  }, 120_000);
});
