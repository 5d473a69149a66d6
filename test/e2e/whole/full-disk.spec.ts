/** @soak */

import { summary, takeAccount } from '../../support/account.js';
import { callGateway } from '../../support/call-gateway.js';
import { eventually } from '../../support/eventually.js';
import { Load } from '../../support/load.js';
import { Relay } from '../../support/relay.js';
import { onlyInSoak } from '../../support/samples.js';
import { gatewayProcessWithUpstream, siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

const clean = {
  hitsTwice: 0,
  hitsWithoutRecord: 0,
  leavesAreRecords: true,
  outcomesAreRecords: true,
  withoutOutcome: 0,
  unforwarded: 0,
  gaps: 0,
};

async function gauge({ gatewayAdminUrl }: { gatewayAdminUrl: string }, name: string): Promise<number> {
  const text = await (await fetch(`${gatewayAdminUrl}/metrics`)).text();
  return Number(new RegExp(`^countersign_gateway_${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

onlyInSoak(() => {
  test('P5: the spool is full because the broker accepts no records: 503, no upstream call, then recovery by itself', async () => {
    const relay = new Relay();
    const { site, upstream, close } = await siteInsideWithUpstream({
      gatewayEnv: { COUNTERSIGN_GATEWAY_SPOOL_BYTES: String(1024 ** 2) },
      between: (brokerUrl) => relay.start(brokerUrl),
    });
    try {
      await site.startGateway();
      const token = await mintToken(site, await makeGrant(site));
      relay.takesRecords = false;
      const load = new Load({
        origin: site.gatewayUrl,
        connections: 16,
        token,
        path: (index) => `/billing/tenants/acme/invoices/${index}`,
      });
      await eventually('the spool is full', () => load.refused.has('503 record_unavailable'), 60_000);
      await load.stop();
      expect([...load.refused.keys()]).toEqual(['503 record_unavailable']);
      const hits = upstream.hits.length;
      const [bytes, most] = [await gauge(site, 'spool_bytes'), await gauge(site, 'spool_max_bytes')];
      expect(most).toBe(1024 ** 2);
      expect(bytes).toBeLessThanOrEqual(most);
      expect(bytes).toBeGreaterThan(most / 2);
      expect(await callGateway(site, token)).toMatchObject({ status: 503, code: 'record_unavailable' });
      expect(upstream.hits).toHaveLength(hits);
      expect(load.answered.size).toBe(hits);

      relay.takesRecords = true;
      await eventually('calls go through', async () => (await callGateway(site, token)).status === 200);
      expect(summary(await takeAccount(site, upstream.hits))).toMatchObject(clean);
      const freed = async () => (await gauge(site, 'spool_bytes')) < bytes / 2;
      await eventually('what was taken is no longer held', freed, 30_000, 100);
    } finally {
      await close();
      await relay.stop();
    }
  }, 120_000);
});

test('P5: the disk is full: 503, no upstream call, and no longer ready; the next start finds an intact spool', async () => {
  const { site, upstream, close } = await gatewayProcessWithUpstream();
  try {
    // Enough space to begin a segment and write the first records; then every write fails.
    await site.startGateway({ fileBlocks: 16 });
    const token = await mintToken(site, await makeGrant(site));
    await eventually('a write fails', async () => (await callGateway(site, token)).status === 503);
    const hits = upstream.hits.length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => callGateway(site, token)));
    const through = answers.filter(({ status }) => status === 200).length;
    expect(
      answers.filter(({ status, code }) => status === 503 && code === 'record_unavailable'),
    ).toHaveLength(20 - through);
    expect(upstream.hits).toHaveLength(hits + through);
    expect((await fetch(`${site.gatewayUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${site.gatewayUrl}/readyz`)).status).toBe(503);

    await site.gateway.stop();
    await site.startGateway();
    expect((await callGateway(site, token)).status).toBe(200);
    expect(summary(await takeAccount(site, upstream.hits))).toMatchObject(clean);
  } finally {
    await close();
  }
}, 120_000);
