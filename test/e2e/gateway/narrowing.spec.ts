import { callGateway } from '../../support/call-gateway.js';
import { callApi, expectStatus } from '../../support/http.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

const LIMIT_MS = 1_000;
const CONTROLS = '/api/v1/tenants/acme/privacy-controls';

type Controls = { version: string; rules?: object[] };

test('P6: the customer narrows its controls, and the gateway refuses the token that no longer fits within 1 s', async () => {
  const { site, upstream, close } = await siteInsideWithUpstream();
  try {
    await site.startGateway();
    const token = await mintToken(site, await makeGrant(site));
    expect((await callGateway(site, token)).status).toBe(200);
    const admin = await site.key('tenantAdmin');
    const url = `${site.brokerUrl}${CONTROLS}`;
    const controls = expectStatus<Controls>(await callApi(admin, 'GET', url), 200);

    const sent = performance.now();
    const body = { ...controls, rules: [{ reasonCodes: ['incident'] }] };
    expectStatus(await callApi(admin, 'PUT', url, body), 200);
    let answer = await callGateway(site, token);
    while (answer.status === 200) answer = await callGateway(site, token);
    const refused = performance.now() - sent;

    expect(answer).toMatchObject({ status: 403, code: 'grant_ended' });
    expect(refused).toBeLessThan(LIMIT_MS);
    // From then on no call passes.
    const passed = upstream.hits.length;
    expect((await callGateway(site, token)).code).toBe('grant_ended');
    expect(upstream.hits).toHaveLength(passed);
    if (process.env['COUNTERSIGN_FIGURES'] !== undefined)
      process.stderr.write(`narrowed, and refused after ${refused.toFixed(0)} ms\n`);
  } finally {
    await close();
  }
});
