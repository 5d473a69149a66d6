import type { Service } from '@countersign/api';
import { request } from 'undici';
import { callApi, expectStatus } from '../../support/http.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

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
