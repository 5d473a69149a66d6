/** @alone */

import { IdentityProvider } from '../../fakes/identity-provider.js';
import { callGateway } from '../../support/call-gateway.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventClaims, pushEvent } from '../../support/security-events.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

const LIMIT_MS = 1_000;

test('P6: the provider disables an account, and the gateway refuses its token within 1 s', async () => {
  const provider = new IdentityProvider();
  await provider.reserve();
  await provider.serve();
  const { site, close } = await siteInsideWithUpstream({}, (file) => {
    file.vendor.signals = { issuer: provider.issuer, audience: 'countersign' };
  });
  try {
    await site.startGateway();
    const token = await mintToken(site, await makeGrant(site));
    expect((await callGateway(site, token)).status).toBe(200);
    const subject = { format: 'email', email: 'erin@vendor.example' };
    const event = provider.securityEvent(eventClaims(provider, 'countersign', 'account-disabled', subject));

    const sent = performance.now();
    expect((await pushEvent(site.brokerUrl, 'vendor', event)).status).toBe(202);
    const acknowledged = performance.now() - sent;
    let answer = await callGateway(site, token);
    while (answer.status === 200) answer = await callGateway(site, token);
    const refused = performance.now() - sent;

    expect(answer).toMatchObject({ status: 403, code: 'grant_ended' });
    expect({ acknowledged, refused }).toEqual({
      acknowledged: expect.any(Number),
      refused: expect.any(Number),
    });
    expect(refused).toBeLessThan(onBusyMachine(LIMIT_MS));
    if (process.env['COUNTERSIGN_FIGURES'] !== undefined)
      process.stderr.write(`acknowledged ${acknowledged.toFixed(0)} ms, refused ${refused.toFixed(0)} ms\n`);
  } finally {
    await close();
    await provider.stop();
  }
});
