import type { AccessRequestDetail, Service } from '@countersign/api';
import { request } from 'undici';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { eventually } from '../../support/eventually.js';
import { callApi, expectStatus } from '../../support/http.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { decide, makeGrant, mintToken, readRequest } from '../../support/story.js';

const APP = 'https://app.example';

test('parameters that repeat, a body of GET and pages of other origins: from the store through the feed to the call', async () => {
  const { site, upstream, close } = await siteInsideWithUpstream({}, ({ services: [billing] }) => {
    const [list] = billing?.routes ?? [];
    Object.assign(billing ?? {}, { cors: { origins: [APP], maxAge: 60 } });
    Object.assign(list ?? {}, { repeat: ['status'], body: true });
  });
  try {
    await site.startGateway();
    const engineer = await site.key('engineer');
    const answer = await callApi(engineer, 'GET', `${site.brokerUrl}/api/v1/services/billing`);
    const { cors, routes } = expectStatus<Service>(answer, 200);
    expect(cors).toEqual({ origins: [APP], maxAge: 60 });
    expect(routes[0]).toMatchObject({ query: ['page', 'status'], repeat: ['status'], body: true });
    expect(routes[1]).toMatchObject({ repeat: [] });

    const token = await mintToken(site, await makeGrant(site));
    const url = `${site.gatewayUrl}/billing/tenants/acme/invoices`;
    const call = (query: string, body: string | null = null) =>
      request(`${url}${query}`, {
        method: 'GET',
        headers: { authorization: `Bearer ${token}`, origin: APP },
        body,
      });
    const passed = await call('?status=open&status=late', '{"query":{}}');
    expect([passed.statusCode, passed.headers['access-control-allow-origin']]).toEqual([200, APP]);
    expect(upstream.hits[0]).toMatchObject({
      url: '/tenants/acme/invoices?status=open&status=late',
      bodyBytes: 12,
    });
    expect((await call('?page=1&page=2')).statusCode).toBe(400);
    const headers = { origin: APP, 'access-control-request-method': 'GET' };
    expect((await request(url, { method: 'OPTIONS', headers })).statusCode).toBe(204);
    expect(upstream.hits).toHaveLength(1);
  } finally {
    await close();
  }
});

test('read now, and write when the change is proposed: the approver sees what the read returned, and the call is made once', async () => {
  const { site, upstream, close } = await siteInsideWithUpstream({}, ({ tenants }) => {
    for (const { privacyControls } of tenants) Object.assign(privacyControls ?? {}, { countersign: [] });
  });
  try {
    await site.startGateway();
    upstream.answer = (_request, response) => response.end('{"id":7,"status":"open"}');
    const grant = await makeGrant(site);
    const key = await site.key('engineer');
    const env = { COUNTERSIGN_BROKER_URL: site.brokerUrl, COUNTERSIGN_API_KEY: key };
    const terminal = new Terminal(env, '');
    const path = '/tenants/acme/invoices/7';
    const argv = ['change', grant, 'PATCH', path, '--data', '{"status":"void"}', '--json'];
    expect(await run(argv, terminal)).toBe(0);
    const proposed = JSON.parse(terminal.out);
    const read = async () =>
      expectStatus<AccessRequestDetail>(
        await callApi(await site.key('approver'), 'GET', `${site.brokerUrl}/api/v1/requests/${proposed.id}`),
        200,
      );
    const { openings, terms } = await read();
    expect(openings['changeBefore']?.value).toBe('{"id":7,"status":"open"}');
    expect(openings['changeBody']?.value).toBe('{"status":"void"}');
    expect(terms).toMatchObject({ change: { before: { record: expect.stringMatching(/^rec_/) } } });
    // The record of the read arrives at the broker a moment later.
    await eventually('the record of the read', async () => (await read()).beforeRecord?.isSame);
    await decide(site, 'reviewer', proposed, 'approve');
    await decide(site, 'approver', proposed, 'approve');
    const one = (await readRequest(site, proposed.id)).grant ?? '';
    const token = await mintToken(site, one);
    const write = async (body: string) => {
      const answer = await request(`${site.gatewayUrl}/billing${path}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
      return [answer.statusCode, ((await answer.body.json()) as { code?: string }).code];
    };
    expect(await write('{"status":"paid"}')).toEqual([403, 'insufficient_scope']);
    expect(await write('{"status":"void"}')).toEqual([200, undefined]);
    expect(await write('{"status":"void"}')).toEqual([403, 'budget_exhausted']);
    expect(upstream.hits.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
  } finally {
    await close();
  }
});
