/** @soak */

import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { Script } from 'node:vm';
import { ask } from '../../factories/ask.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { eventually } from '../../support/eventually.js';
import { callApi, expectStatus } from '../../support/http.js';
import { onlyInSoak } from '../../support/samples.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant } from '../../support/story.js';

const HOST = 'billing.localhost';
const ORIGIN = `http://${HOST}:4100`;
const SECRET = 'p'.repeat(43);
/** The origin of another service. */
const REPORTS = 'http://reports.localhost:4100';
const PAGE = '/tenants/acme/invoices/7';
const OPENS = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' };
const CALLS = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' };

type Answer = { status: number; headers: IncomingHttpHeaders; text: string; location: URL };
type Sent = { cookie?: string; method?: string; host?: string } & Record<string, string | string[]>;

/** A browser at the service's own host: `fetch` would not let us say which host that is. */
const visit = (
  gateway: string,
  path: string,
  { method = 'GET', host = HOST, ...headers }: Sent = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(`${gateway}${path}`, { method, headers: { host, ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => (text += piece));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text,
          location: new URL(answer.headers.location ?? '/', ORIGIN),
        }),
      );
    });
    sent.on('error', reject).end();
  });

/** The `name=value` of the one cookie that an answer sets. */
const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

describe('a browser with a grant, at the service’s own host', () => {
  type World = Awaited<ReturnType<typeof siteInsideWithUpstream>>;
  let world: World;
  const storage = new CountingUpstream();

  beforeAll(async () => {
    await storage.start();
    world = await siteInsideWithUpstream({ gatewayEnv: { COUNTERSIGN_AUTHZ_SECRET: SECRET } }, (file) => {
      const [billing] = file.services;
      if (billing !== undefined)
        file.services.push({ ...structuredClone(billing), name: 'reports', audience: 'reports' });
      billing?.routes.push({
        ...{ method: 'GET', path: '/tenants/{tenant}/invoices/{id}/file', action: 'read' },
        ...{ resource: 'invoices/{id}', presigned: ['/url'] },
      });
      if (billing !== undefined) billing.fileHosts = [storage.origin];
      for (const service of file.services) {
        const origin = service.name === 'reports' ? REPORTS : ORIGIN;
        Object.assign(service, { origin, overlay: true });
        service.routes.push({
          ...{ method: 'GET', path: '/assets/{file}', resource: 'shared', action: 'read', shared: true },
        });
      }
    });
    await world.site.startGateway();
  });
  afterAll(async () => {
    await world.close();
    await storage.stop();
  });

  const get = (path: string, sent: Sent = {}) => visit(world.site.gatewayUrl, path, sent);

  /** What the engineer's page at the broker does for the browser that the gateway sent there. */
  async function chosen(grant: string, begun: Answer, who: 'engineer' | 'reviewer' = 'engineer') {
    const body = {
      challenge: begun.location.searchParams.get('challenge'),
      to: begun.location.searchParams.get('to'),
    };
    const url = `${world.site.brokerUrl}/api/v1/grants/${grant}/browser-sessions`;
    return callApi(await world.site.key(who), 'POST', url, body);
  }

  /** The path with the code at which the browser comes back to the gateway, and the cookie with which it began. */
  async function withCode(grant: string): Promise<{ back: string; attempt: string }> {
    const begun = await get(PAGE, OPENS);
    const { location } = expectStatus<{ location: string }>(await chosen(grant, begun), 200);
    return { back: location.slice(ORIGIN.length), attempt: cookieOf(begun) };
  }

  /** A browser that is in. @returns its cookie */
  async function open(grant: string): Promise<string> {
    const { back, attempt } = await withCode(grant);
    return cookieOf(await get(back, { ...OPENS, cookie: attempt }));
  }

  /** The types of the events of a grant in the tenant's log. */
  async function eventsOf(grant: string): Promise<string[]> {
    const url = `${world.site.brokerUrl}/api/v1/tenants/acme/events?limit=200`;
    const answer = await callApi(await world.site.key('tenantAuditor'), 'GET', url);
    const { items } = expectStatus<{ items: { type: string; data: { grant?: string } }[] }>(answer, 200);
    return items.filter(({ data }) => data.grant === grant).map(({ type }) => type);
  }

  test('goes to sign in and comes back, and calls with a cookie that never reaches the upstream', async () => {
    const grant = await makeGrant(world.site);
    const begun = await get(`${PAGE}?full=1`, OPENS);
    expect(begun).toMatchObject({ status: 303, headers: { 'cache-control': 'no-store' } });
    expect(`${begun.location.origin}${begun.location.pathname}`).toBe(`${world.site.brokerUrl}/open`);
    expect(begun.headers['set-cookie']?.[0]).toMatch(
      /^__Host-countersign-open=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    const attempt = cookieOf(begun);
    const verifier = attempt.slice('__Host-countersign-open='.length);
    expect(begun.location.searchParams.get('challenge')).toBe(
      createHash('sha256').update(verifier).digest('base64url'),
    );

    const { location } = expectStatus<{ location: string }>(await chosen(grant, begun), 200);
    expect(location.startsWith(`${ORIGIN}/countersign/session?code=${grant}.`)).toBe(true);
    const back = await get(location.slice(ORIGIN.length), { ...OPENS, cookie: attempt });
    expect(back).toMatchObject({ status: 303, headers: { location: `${PAGE}?full=1` } });
    expect(back.headers['set-cookie']?.[0]).toMatch(
      /^__Host-countersign-session=grt_[\w-]+\.[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );

    const page = await get(PAGE, { ...OPENS, cookie: `a=1; ${cookieOf(back)}` });
    expect(page).toMatchObject({
      status: 200,
      headers: { 'countersign-record': expect.stringMatching(/^rec_/), 'cache-control': 'private' },
    });
    const hit = JSON.stringify(world.upstream.hits.at(-1));
    expect(hit).toContain(PAGE);
    expect(hit).not.toContain('countersign-session');
    expect(await eventsOf(grant)).toEqual(expect.arrayContaining(['browser.opened', 'token.minted']));
    // The person chooses nothing for others: only the holder's own session opens a grant.
    expect((await chosen(grant, begun, 'reviewer')).status).toBe(403);
  });

  test('a code is good once, and only in the browser that began', async () => {
    const grant = await makeGrant(world.site);
    const { back, attempt } = await withCode(grant);
    const elsewhere = await get(back, OPENS);
    expect(elsewhere.status).toBe(403);
    const stranger = cookieOf(await get(PAGE, OPENS));
    expect((await get(back, { ...OPENS, cookie: stranger })).status).toBe(403);
    expect((await get(back, { ...OPENS, cookie: attempt })).status).toBe(303);
    const again = await get(back, { ...OPENS, cookie: attempt });
    expect(again).toMatchObject({ status: 403, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  onlyInSoak(() => {
    test('codes that no one exchanges sign no browser out: anyone can make a link that gives out one', async () => {
      const grant = await makeGrant(world.site);
      const cookie = await open(grant);
      const begun = await get(PAGE, OPENS);
      for (let code = 0; code < 12; code += 1) expectStatus(await chosen(grant, begun), 200);
      expect((await get(PAGE, { ...CALLS, cookie })).status).toBe(200);
    });

    test('the eleventh browser of a grant signs the first one out', async () => {
      const grant = await makeGrant(world.site);
      const cookies: string[] = [];
      while (cookies.length < 11) cookies.push(await open(grant));
      const calls = cookies.slice(0, 2).map((cookie) => get(PAGE, { ...CALLS, cookie }));
      expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([401, 200]);
    });

    test('comes back to a path of this host alone', async () => {
      const grant = await makeGrant(world.site);
      const tooLong = `/${'x'.repeat(2_000)}`;
      for (const to of [
        'https://evil.example/',
        '//evil.example/',
        '/\\evil.example',
        '/../x',
        '',
        tooLong,
      ]) {
        const begun = await get(`/countersign/open?${new URLSearchParams({ to })}`, OPENS);
        expect(begun.location.searchParams.get('to')).toBe('/');
      }
      const longest = await get(`/countersign/open?to=${tooLong.slice(0, -1)}`, OPENS);
      expect(longest.location.searchParams.get('to')).toHaveLength(2_000);
      expectStatus(await chosen(grant, longest), 200);
      const { back, attempt } = await withCode(grant);
      const forged = back.replace(/to=.*$/, `to=${encodeURIComponent('//evil.example/')}`);
      const { headers } = await get(forged, { ...OPENS, cookie: attempt });
      expect(headers.location).toBe('/');
    });
  });

  test('a call of another page is refused, and so is a call that changes something unless the service’s own page makes it', async () => {
    const cookie = await open(await makeGrant(world.site));
    const refused = async (method: string, more: Record<string, string>) => {
      const answer = await get(PAGE, { method, cookie, ...more });
      return answer.status === 403 && answer.text.includes('"cross_origin"');
    };
    const passed = world.upstream.hits.length;
    const foreign = { ...CALLS, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect(await refused('POST', foreign)).toBe(true);
    expect(await refused('POST', { ...CALLS, 'sec-fetch-site': 'same-site' })).toBe(true);
    expect(await refused('POST', {})).toBe(true);
    expect(await refused('POST', { ...OPENS })).toBe(true);
    expect(await refused('POST', { origin: 'null' })).toBe(true);
    expect(await refused('POST', { origin: 'http://billing.localhost' })).toBe(true);
    expect(await refused('GET', foreign)).toBe(true);
    expect(await refused('GET', { ...CALLS, 'sec-fetch-site': 'cross-site' })).toBe(true);
    const frame = { ...OPENS, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' };
    expect(await refused('GET', frame)).toBe(true);
    // Only `Origin` shows it where a browser sends no fetch metadata.
    for (const origin of ['https://evil.example', 'null', 'http://other.localhost:4100'])
      expect(await refused('GET', { origin })).toBe(true);
    expect(world.upstream.hits).toHaveLength(passed);
    // What the service's own page does, and a link from a mail, are no such calls.
    expect(await refused('POST', { ...CALLS, origin: ORIGIN })).toBe(false);
    expect(await refused('POST', { origin: ORIGIN })).toBe(false);
    expect((await get(PAGE, { ...CALLS, cookie })).status).toBe(200);
    expect((await get(PAGE, { ...OPENS, 'sec-fetch-site': 'cross-site', cookie })).status).toBe(200);
  });

  onlyInSoak(() => {
    test('a call of another page gets no token minted, so it does not begin access that waits for its first use', async () => {
      const grant = await makeGrant(world.site);
      const cookie = await open(grant);
      const foreign = await get(PAGE, { ...CALLS, 'sec-fetch-site': 'same-site', cookie });
      expect(foreign.text).toContain('"cross_origin"');
      expect((await get(PAGE, { ...CALLS, cookie: `${cookie}0` })).status).toBe(401);
      expect(await eventsOf(grant)).not.toContain('token.minted');
    });
  });

  test('loads what is the same for every tenant, privately and recorded as shared; without a session it loads nothing', async () => {
    const grant = await makeGrant(world.site);
    const cookie = await open(grant);
    world.upstream.hits.length = 0;
    expect((await get('/assets/app.js', CALLS)).status).toBe(401);
    expect((await get('/assets/app.js', { ...CALLS, cookie, method: 'POST', origin: ORIGIN })).status).toBe(
      403,
    );
    expect(world.upstream.hits).toEqual([]);
    expect(await get('/assets/app.js', { ...CALLS, cookie })).toMatchObject({
      status: 200,
      headers: { 'countersign-record': expect.stringMatching(/^rec_/), 'cache-control': 'private' },
    });
    const url = `${world.site.brokerUrl}/api/v1/tenants/acme/access-records?grant=${grant}`;
    const seen = async () => {
      const answer = await callApi(await world.site.key('tenantAuditor'), 'GET', url);
      return expectStatus<{ items: { decision: string }[] }>(answer, 200).items;
    };
    const allowed = async () => (await seen()).find(({ decision }) => decision === 'allowed');
    await eventually('the record has come', async () => (await allowed()) !== undefined);
    expect(await allowed()).toMatchObject({ route: '/assets/{file}', resource: 'shared', action: 'read' });
    // A person cannot request it: every grant of the service opens it.
    const asked = ask({ scope: [{ resource: 'shared', actions: ['read'] }] });
    const requests = `${world.site.brokerUrl}/api/v1/requests`;
    const refused = await callApi(await world.site.key('engineer'), 'POST', requests, asked);
    expect(JSON.stringify(refused)).toContain('unknown_resource');
  });

  onlyInSoak(() => {
    test('at every host the gateway takes stops of customers, and shows pins and its key: no origin in a feed can hide them', async () => {
      const stop = await get('/countersign/stop', { method: 'POST', 'content-length': '0' });
      expect([stop.status, stop.text]).toEqual([400, expect.stringContaining('"invalid_request"')]);
      expect((await get('/countersign/pins/acme?nonce=n1')).headers['content-type']).toBe('application/jwt');
      expect((await get('/countersign/jwks.json')).text).toContain('"keys"');
      expect((await get('/countersign/else')).status).toBe(404);
      expect((await get('/countersign/open', { method: 'POST' })).status).toBe(404);
    });

    test('a text that is no code is refused without asking the broker', async () => {
      const attempt = cookieOf(await get(PAGE, OPENS));
      for (const code of ['', 'x', 'g'.repeat(90)])
        expect((await get(`/countersign/session?code=${code}`, { ...OPENS, cookie: attempt })).status).toBe(
          403,
        );
    });
  });

  test('a cookie counts nowhere else: not in a path of the gateway, not at another host, not changed', async () => {
    const cookie = await open(await makeGrant(world.site));
    expect((await get(`/billing${PAGE}`, { host: 'localhost', cookie, ...CALLS })).status).toBe(401);
    expect((await get(`/billing${PAGE}`, { host: 'other.localhost', cookie, ...CALLS })).status).toBe(401);
    const forged = cookie.replace(/.{4}$/, 'AAAA');
    expect((await get(PAGE, { cookie: forged, ...CALLS })).status).toBe(401);
    expect((await get(PAGE, { cookie: `${cookie}; ${forged}`, ...CALLS })).status).toBe(401);
    expect((await get(PAGE, { cookie, ...CALLS })).status).toBe(200);
  });

  test('without a session a person goes to sign in, and a call of a page gets 401', async () => {
    expect(await get(PAGE, CALLS)).toMatchObject({
      status: 401,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect((await get(PAGE, { accept: 'text/html,*/*' })).status).toBe(303);
    expect((await get(PAGE, { method: 'POST', ...OPENS })).status).toBe(401);
  });

  onlyInSoak(() => {
    test('a proxy that asks about calls gets the same answers for a browser’s session, and passes none of it on', async () => {
      const cookie = await open(await makeGrant(world.site));
      const asked = ({ host = HOST, method = 'GET', path = PAGE, ...headers }: Sent & { path?: string }) =>
        visit(world.site.gatewayUrl, '/authz/traefik/billing', {
          ...{ host: 'localhost', 'countersign-proxy-secret': SECRET },
          ...{ 'x-forwarded-host': host, 'x-forwarded-method': method, 'x-forwarded-uri': path },
          ...headers,
        });
      const passed = world.upstream.hits.length;
      const answer = await asked({ ...CALLS, cookie });
      expect(answer).toMatchObject({
        status: 200,
        headers: { 'countersign-tenant': 'acme', 'countersign-record': expect.stringMatching(/^rec_/) },
      });
      expect(JSON.stringify(answer)).not.toContain('countersign-session');
      expect((await asked({ ...CALLS, cookie, path: '/assets/app.js' })).status).toBe(200);
      // Without a session: to the sign-in, or 401.
      const begun = await asked(OPENS);
      expect([begun.status, begun.location.pathname, cookieOf(begun)]).toEqual([
        ...[303, '/open', expect.stringMatching(/^__Host-countersign-open=/)],
      ]);
      expect((await asked(CALLS)).status).toBe(401);
      // Caddy and Envoy ask with the host of the call. Without a secret it is a path of the service.
      const question = { 'x-forwarded-host': HOST, 'x-forwarded-method': 'GET', 'x-forwarded-uri': PAGE };
      const path = '/authz/traefik/billing';
      const atHost = { ...CALLS, cookie, ...question };
      expect((await get(path, { ...atHost, 'countersign-proxy-secret': SECRET })).status).toBe(200);
      expect((await get(path, { ...atHost, 'countersign-proxy-secret': 'x' })).text).toContain(
        '"proxy_not_trusted"',
      );
      expect((await get(path, atHost)).text).toContain('"route_not_listed"');
      // Another page, another host, another tenant, an upgrade.
      const foreign = { ...CALLS, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      for (const sent of [
        { ...foreign },
        { ...foreign, method: 'PATCH' },
        { ...CALLS, method: 'PATCH', origin: 'null' },
      ])
        expect((await asked({ ...sent, cookie })).text).toContain('"cross_origin"');
      for (const host of ['localhost', 'other.localhost'])
        expect((await asked({ ...CALLS, cookie, host })).status).toBe(401);
      const other = await asked({ ...OPENS, cookie, path: '/tenants/globex/invoices/7' });
      expect([other.status, other.text]).toEqual([403, expect.stringContaining('/ask?tenant=globex&amp;')]);
      const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
      expect((await asked({ ...CALLS, cookie, ...upgrade })).text).toContain('"ambiguous_request"');
      const socket = { ...CALLS, cookie, 'sec-websocket-key': 'eA==' };
      expect((await asked(socket)).text).toContain('"route_not_listed"');
      expect(world.upstream.hits).toHaveLength(passed);
    });
  });

  /** What an open page learns of the access of its browser. */
  async function stateOf(cookie: string): Promise<Record<string, unknown>> {
    const { status, text } = await get('/countersign/grant', { ...CALLS, cookie });
    expect(status).toBe(200);
    return JSON.parse(text);
  }

  const RELEASES = { ...CALLS, method: 'POST', origin: ORIGIN, 'content-length': '0' };

  onlyInSoak(() => {
    test('an open page learns how long its access lasts without a request to the broker, and then that a lock stops it', async () => {
      const grant = await makeGrant(world.site);
      const cookie = await open(grant);
      expect((await get(PAGE, { ...OPENS, cookie })).status).toBe(200);
      const minted = (await eventsOf(grant)).filter((type) => type === 'token.minted');
      const state = await stateOf(cookie);
      expect(state).toMatchObject({ state: 'open', tenant: 'acme', grant });
      expect(state['ask']).toMatch(/^http:[^?]*\/ask\?tenant=acme&service=billing&scope=/);
      expect(state['secondsLeft']).toBeLessThanOrEqual(900);
      for (let tab = 0; tab < 40; tab += 1) await stateOf(cookie);
      expect((await eventsOf(grant)).filter((type) => type === 'token.minted')).toEqual(minted);

      const locks = `${world.site.brokerUrl}/api/v1/locks`;
      const lock = { kind: 'tenant', name: 'acme', reason: 'something looks wrong' };
      const { id } = expectStatus<{ id: string }>(
        await callApi(await world.site.key('approver'), 'POST', locks, lock),
        201,
      );
      let seen = await stateOf(cookie);
      while (seen['state'] === 'open') seen = await stateOf(cookie);
      expect(seen).toMatchObject({ state: 'locked', tenant: 'acme' });
      expectStatus(await callApi(await world.site.key('approver'), 'DELETE', `${locks}/${id}`), 200);
      while (seen['state'] === 'locked') seen = await stateOf(cookie);
      expect(seen).toMatchObject({ state: 'open' });
    });
  });

  test('a page releases the access of its browser: the log names the engineer, and the session opens nothing more', async () => {
    const grant = await makeGrant(world.site);
    const [cookie, elsewhere] = [await open(grant), await open(grant)];
    for (const each of [cookie, elsewhere])
      expect((await get(PAGE, { ...OPENS, cookie: each })).status).toBe(200);
    const released = await get('/countersign/release', { ...RELEASES, cookie });
    expect(released.status).toBe(200);
    expect(JSON.parse(released.text)).toMatchObject({ state: 'grant_ended', reason: 'released' });
    expect(released.headers['set-cookie']?.[0]).toBe(
      '__Host-countersign-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0',
    );
    // At once at this gateway, also for a copy of the cookie.
    expect((await get(PAGE, { ...CALLS, cookie })).status).toBe(401);
    expect((await get('/countersign/release', { ...RELEASES, cookie })).text).toContain('"invalid_token"');
    let other = await stateOf(elsewhere);
    while (other['state'] === 'open') other = await stateOf(elsewhere);
    expect(other).toMatchObject({ state: 'grant_ended', reason: 'released', tenant: 'acme' });
    expect((await get(PAGE, { ...CALLS, cookie: elsewhere })).status).not.toBe(200);

    const url = `${world.site.brokerUrl}/api/v1/grants/${grant}`;
    const { endReason, endedBy, requester } = expectStatus<Record<string, string>>(
      await callApi(await world.site.key('engineer'), 'GET', url),
      200,
    );
    expect([endReason, endedBy]).toEqual(['released', requester]);
  });

  onlyInSoak(() => {
    test('a cookie that was copied to the host of another service says nothing there, and releases nothing', async () => {
      const grant = await makeGrant(world.site);
      const cookie = await open(grant);
      expect((await get(PAGE, { ...OPENS, cookie })).status).toBe(200);
      const there = { ...CALLS, host: 'reports.localhost', cookie };
      expect((await get('/countersign/grant', there)).text).toBe('{"state":"invalid_token"}');
      const release = { ...there, method: 'POST', origin: REPORTS, 'content-length': '0' };
      expect((await get('/countersign/release', release)).status).toBe(401);
      expect(await stateOf(cookie)).toMatchObject({ state: 'open' });
    });
  });

  test('P9: a script in a page of the service calls within the scope alone, and sees neither cookie nor token', async () => {
    const grant = await makeGrant(world.site);
    const { back, attempt } = await withCode(grant);
    const begun = await get(back, { ...OPENS, cookie: attempt });
    const cookie = cookieOf(begun);
    expect(begun.headers['set-cookie']?.[0]).toContain('; HttpOnly');
    const call = (path: string, sent: Sent = {}) => get(path, { ...CALLS, origin: ORIGIN, ...sent, cookie });
    expect((await call(PAGE)).status).toBe(200);
    for (const path of [PAGE.replace('acme', 'globex'), '/tenants/acme/payroll'])
      expect(await call(path)).toMatchObject({
        status: 403,
        text: expect.stringContaining('"insufficient_scope"'),
      });
    // A browser sends the cookie to its own host alone. Even if another one received it, it is valid for one service.
    const elsewhere = await call(PAGE, { host: 'reports.localhost', origin: REPORTS });
    expect(elsewhere.status).toBe(401);
    const state = await call('/countersign/grant');
    const secret = cookie.split('=')[1] ?? '';
    expect(state.text + JSON.stringify(state.headers)).not.toMatch(new RegExp(`${secret}|eyJ`));
  });

  onlyInSoak(() => {
    test('P9: no page installs a service worker, which would outlive the grant', async () => {
      const cookie = await open(await makeGrant(world.site));
      const script = { ...CALLS, cookie };
      expect((await get('/assets/a.js', script)).status).toBe(200);
      const hits = world.upstream.hits.length;
      for (const worker of [{ 'service-worker': 'script' }, { 'sec-fetch-dest': 'serviceworker' }]) {
        const refused = await get('/assets/a.js', { ...script, ...worker });
        expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('"route_not_listed"')]);
      }
      expect(world.upstream.hits).toHaveLength(hits);
    });

    test('no page of another origin releases the access, nor reads it', async () => {
      const grant = await makeGrant(world.site);
      const cookie = await open(grant);
      const foreign: Record<string, string>[] = [
        { ...CALLS, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
        { ...CALLS, 'sec-fetch-site': 'same-site', origin: 'http://other.localhost:4100' },
        { ...OPENS, 'sec-fetch-site': 'cross-site', origin: 'null' },
        { origin: 'https://evil.example' },
        OPENS,
        {},
      ];
      for (const sent of foreign) {
        const answer = await get('/countersign/release', {
          ...sent,
          method: 'POST',
          'content-length': '0',
          cookie,
        });
        expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('"cross_origin"')]);
      }
      const read = await get('/countersign/grant', { ...CALLS, 'sec-fetch-site': 'same-site', cookie });
      expect(read.text).toContain('"cross_origin"');
      expect((await get('/countersign/release', { ...RELEASES })).status).toBe(401);
      expect((await get('/countersign/release', { ...RELEASES, method: 'GET', cookie })).status).toBe(404);
      const body = { 'content-length': '2', expect: '100-continue' };
      expect((await get('/countersign/release', { ...RELEASES, ...body, cookie })).status).toBe(400);
      expect(await eventsOf(grant)).toEqual(expect.not.arrayContaining(['token.minted', 'grant.ended']));
      expect((await get(PAGE, { ...CALLS, cookie })).status).toBe(200);
    });

    test('a page that a person opens gets the overlay, and asks for it without compression; no other answer is changed', async () => {
      const cookie = await open(await makeGrant(world.site));
      const html = '<!doctype html><html><head><title>7</title></head></html>';
      const before = world.upstream.answer;
      world.upstream.answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html', 'content-length': html.length });
        response.end(html);
      };
      try {
        const page = await get(PAGE, { ...OPENS, cookie, 'accept-encoding': 'gzip, br' });
        expect(page.text).toBe(
          html.replace('<head>', '<head><script src="/countersign/overlay.js" defer></script>'),
        );
        expect(page.headers).toMatchObject({
          'transfer-encoding': 'chunked',
          'countersign-record': expect.any(String),
        });
        expect(page.headers['content-length']).toBeUndefined();
        expect(world.upstream.hits.at(-1)?.headers['accept-encoding']).toBe('identity');
        const part = await get(PAGE, { ...CALLS, cookie, 'accept-encoding': 'gzip, br' });
        expect([part.text, part.headers['content-length']]).toEqual([html, String(html.length)]);
        expect(world.upstream.hits.at(-1)?.headers['accept-encoding']).toBe('gzip, br');
        // No browser sends a field twice. The record says that the call was allowed, so it is made.
        for (const field of ['sec-fetch-mode', 'sec-fetch-dest'] as const) {
          const hits = world.upstream.hits.length;
          const twice = await get(PAGE, { ...OPENS, cookie, [field]: [OPENS[field], OPENS[field]] });
          expect([twice.status, twice.text, world.upstream.hits.length - hits]).toEqual([200, html, 1]);
        }
      } finally {
        world.upstream.answer = before;
      }
      const script = await get('/countersign/overlay.js', { 'sec-fetch-site': 'same-origin' });
      expect([script.status, script.headers['content-type']]).toEqual([
        200,
        'text/javascript; charset=utf-8',
      ]);
      expect(() => new Script(script.text)).not.toThrow();
    });
  });

  test('a linked file opens with the session whose call gave the link; another grant’s session, or none, opens nothing', async () => {
    const [cookie, other] = [
      await open(await makeGrant(world.site)),
      await open(await makeGrant(world.site)),
    ];
    const before = world.upstream.answer;
    world.upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ url: `${storage.origin}/acme/7.pdf?X-Amz-Signature=d0c5` }));
    };
    storage.answer = (_request, response) => response.writeHead(200).end('%PDF of invoice 7');
    try {
      const page = await get(`${PAGE}/file`, { ...CALLS, cookie });
      const { url } = JSON.parse(page.text) as { url: string };
      expect(url).toMatch(/^http:\/\/billing\.localhost:4100\/countersign\/files\/[\w-]{32}$/);
      const { pathname } = new URL(url);
      const foreign = await get(pathname, { ...CALLS, cookie: other });
      expect([foreign.status, foreign.text]).toEqual([404, expect.stringContaining('"file_link_ended"')]);
      expect((await get(pathname, CALLS)).status).toBe(401);
      expect(storage.hits).toEqual([]);
      for (const how of [CALLS, OPENS])
        expect(await get(pathname, { ...how, cookie })).toMatchObject({
          ...{ status: 200, text: '%PDF of invoice 7' },
          headers: { 'countersign-record': expect.stringMatching(/^rec_/) },
        });
      expect(storage.hits).toHaveLength(2);
      expect(JSON.stringify(storage.hits)).not.toContain('countersign-session');
      expect(world.upstream.hits.at(-1)?.url).toBe(`${PAGE}/file`);
    } finally {
      world.upstream.answer = before;
    }
  });

  test('P6: the session ends with its grant, and the page says what happened', async () => {
    const grant = await makeGrant(world.site);
    const cookie = await open(grant);
    expect((await get(PAGE, { ...OPENS, cookie })).status).toBe(200);
    const foreign = await get('/tenants/globex/invoices/7', {
      ...OPENS,
      cookie,
      'accept-language': 'de,en;q=0.5',
    });
    expect(foreign.status).toBe(403);
    expect(foreign.text).toContain('Ihr Zugriff gilt nicht für diese Seite');
    expect(foreign.text).toMatch(/href="http:\/\/[^"]*\/ask\?tenant=globex&amp;service=billing&amp;scope=/);

    const other = { ...OPENS, cookie, origin: 'https://evil.example', 'accept-language': 'de' };
    const german = (await get(PAGE, other)).text;
    expect(german).toContain('Diese Seite konnte nicht geöffnet werden');
    // The technical reason is English everywhere, and says so.
    expect(german).toMatch(/<small>Für Ihren Support, auf Englisch: <span lang="en">[^<]+<\/span><\/small>/);

    const release = `${world.site.brokerUrl}/api/v1/grants/${grant}/release`;
    expectStatus(await callApi(await world.site.key('engineer'), 'POST', release), 200);
    let page = await get(PAGE, { ...OPENS, cookie });
    while (page.status === 200) page = await get(PAGE, { ...OPENS, cookie });
    expect(page.status).toBe(403);
    expect(page.text).toContain('Your access has ended');
    expect((await get(PAGE, { ...CALLS, cookie })).text).toContain('"grant_ended"');
    // The broker gives it no token any more.
    const refused = await chosen(grant, await get(PAGE, OPENS));
    expect(refused).toMatchObject({ status: 409 });
  });
});
