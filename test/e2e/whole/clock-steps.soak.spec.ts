/** @alone */

import { join } from 'node:path';
import type { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import { root } from '../../support/root.js';
import type { Site } from '../../support/site.js';
import { siteWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

const CLOCK = join(root, 'test/support/stepping-clock.mjs');
const MINUTE_MS = 60_000;

const STEPS: [string, number][] = [
  ['back', -MINUTE_MS],
  ['forward', MINUTE_MS],
];

describe.each(STEPS)('a wall clock that steps a minute %s', (_, step) => {
  let site: Site;
  let upstream: CountingUpstream;
  let close: () => Promise<void>;
  let token: string;

  beforeAll(async () => {
    const env = { COUNTERSIGN_TEST_STEP_MS: String(step) };
    ({ site, upstream, close } = await siteWithUpstream({
      preload: [CLOCK],
      brokerEnv: env,
      gatewayEnv: env,
    }));
    await site.startGateway();
    token = await mintToken(site, await makeGrant(site));
  });
  afterAll(() => close());

  test.each(['gateway', 'broker'] as const)(
    'P6: of the %s: the gateway refuses within 10 s, and forwards calls when the clock is right again',
    async (whose) => {
      const allowed = async () => (await callGateway(site, token)).status === 200;
      await eventually('calls go through', allowed, 30_000, 50);
      site[whose].child.kill('SIGUSR2');
      const stepped = performance.now();
      await eventually('calls are refused', async () => !(await allowed()), 60_000, 50);
      expect(performance.now() - stepped).toBeLessThan(onBusyMachine(10_000));
      const hits = upstream.hits.length;
      for (let times = 0; times < 20; times += 1)
        expect((await callGateway(site, token)).status).not.toBe(200);
      expect(upstream.hits).toHaveLength(hits);
      site[whose].child.kill('SIGUSR2');
      await eventually('calls go through again', allowed, 60_000, 50);
    },
    150_000,
  );
});
