/** @alone */

import { callGateway } from '../../support/call-gateway.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import { callApi, expectStatus } from '../../support/http.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

const LIMIT_MS = 1_000;
const CONTROLS = '/api/v1/tenants/acme/privacy-controls';

type Controls = { version: string; rules?: object[]; requireGateway?: boolean };
type Widened = Controls & { waiting?: string };
type Records = { items: { mode: string; decision: string }[] };

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
    expect(refused).toBeLessThan(onBusyMachine(LIMIT_MS));
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

test('P13: the customer requires the gateway: proxies and services that ask are refused at once, the gateway is not, and the way back waits', async () => {
  const secret = 'k'.repeat(43);
  const { site, upstream, close } = await siteInsideWithUpstream({
    gatewayEnv: { COUNTERSIGN_AUTHZ_SECRET: secret },
  });
  try {
    await site.startGateway();
    const token = await mintToken(site, await makeGrant(site));
    const ask = async (mode: string) => {
      const answer = await fetch(`${site.gatewayUrl}/authz/${mode}/billing`, {
        headers: {
          ...{ authorization: `Bearer ${token}`, 'countersign-proxy-secret': secret },
          ...{ 'x-original-method': 'GET', 'x-original-uri': '/tenants/acme/invoices/7' },
          'x-original-host': 'billing.example',
        },
      });
      const text = await answer.text();
      return { status: answer.status, ...(text === '' ? {} : (JSON.parse(text) as object)) };
    };
    expect(await ask('nginx')).toEqual({ status: 200 });
    const admin = await site.key('tenantAdmin');
    const url = `${site.brokerUrl}${CONTROLS}`;
    const change = async (members: object, status: number) => {
      const controls = expectStatus<Controls>(await callApi(admin, 'GET', url), 200);
      return expectStatus<Widened>(await callApi(admin, 'PUT', url, { ...controls, ...members }), status);
    };

    await change({ requireGateway: true, widening: { delay: 'PT24H' } }, 200);
    let answer = await ask('nginx');
    while (answer.status === 200) answer = await ask('nginx');
    const refused = {
      status: 403,
      code: 'gateway_required',
      detail: expect.stringContaining('gateway’s own'),
    };
    expect(answer).toMatchObject(refused);
    expect(await ask('middleware')).toMatchObject(refused);
    expect((await callGateway(site, token)).status).toBe(200);
    expect(upstream.hits).toHaveLength(1);

    const waiting = await change({ requireGateway: false }, 200);
    expect(waiting).toMatchObject({ requireGateway: true, waiting: expect.stringMatching(/^wdn_/) });
    expect(await ask('nginx')).toMatchObject(refused);
    await eventually('each record says by which mode its call came', async () => {
      const records = `${site.brokerUrl}/api/v1/tenants/acme/access-records?limit=100`;
      const { items } = expectStatus<Records>(await callApi(admin, 'GET', records), 200);
      const seen = new Set(items.map(({ mode, decision }) => `${mode} ${decision}`));
      return ['gateway allowed', 'authz allowed', 'authz refused', 'middleware refused'].every((each) =>
        seen.has(each),
      );
    });
  } finally {
    await close();
  }
});
