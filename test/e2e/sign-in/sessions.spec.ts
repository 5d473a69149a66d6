/** @soak */

import { applyOrganisation } from '@countersign/access';
import { ask } from '../../factories/ask.js';
import { organisation } from '../../factories/organisation.js';
import { onlyInSoak, rowsOfEachKind } from '../../support/samples.js';
import { SESSION_COOKIE, TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { codeOf, makeRequest, readRequest, review } from '../story.js';

let broker: TestBroker;
const start = async () => {
  broker = await TestBroker.start();
};
const close = () => broker.close();

interface SessionBody {
  id: string;
  person: Record<string, unknown>;
  assurance: string;
  createdAt: string;
  idleExpiresAt: string;
  expiresAt: string;
}
const current = (cookie: string) => broker.page(cookie, 'GET', '/api/v1/session');

describe('a session', () => {
  beforeAll(start);
  afterAll(close);

  test('shows who is signed in, how and until when; its decisions carry channel and assurance', async () => {
    const cookie = await broker.sessionOf('approver');
    const { status, body } = await current(cookie);
    const session = body as SessionBody;
    expect(status).toBe(200);
    expect(session.person).toEqual({
      id: broker.persons.approver,
      name: 'Ada',
      email: 'ada@acme.example',
      tenant: 'acme',
      side: 'customer',
      roles: ['admin', 'approver'],
    });
    expect(session.assurance).toBe('oidc');
    expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBe(12 * 3_600_000);
    expect(Date.parse(session.idleExpiresAt) - Date.parse(session.createdAt)).toBe(30 * 60_000);

    const request = await makeRequest(broker);
    await review(broker, 'reviewer', request);
    const decided = await broker.page(cookie, 'POST', `/api/v1/requests/${request.id}/reviews`, {
      body: { decision: 'approve', digest: request.digest },
    });
    expect(decided.body).toMatchObject({
      channel: 'web',
      assurance: 'oidc',
      person: broker.persons.approver,
    });
  });

  onlyInSoak(() => {
    test('a request shows how its requester signed in', async () => {
      const cookie = await broker.sessionOf('engineer');
      const { body } = await broker.page(cookie, 'POST', '/api/v1/requests', { body: ask() });
      const { id } = body as { id: string };
      expect((await readRequest(broker, id))['asked']).toEqual({ channel: 'web', assurance: 'oidc' });
      const byKey = await makeRequest(broker, 'otherEngineer');
      expect((await readRequest(broker, byKey.id))['asked']).toEqual({
        channel: 'api',
        assurance: 'api-key',
      });
    });
  });

  test('ends at sign-out, together with its stream; the cookie is removed', async () => {
    const cookie = await broker.sessionOf('approver');
    const stream = await EventStream.open(`${broker.url}/api/v1/stream`, { cookie });
    const out = await broker.page(cookie, 'DELETE', '/api/v1/session');
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^__Host-countersign-session=; .*Expires=Thu, 01 Jan 1970/);
    await stream.ended();
    expect(codeOf(await current(cookie))).toBe('401 unauthenticated');
  });

  test('P9: gives no access to another tenant', async () => {
    const request = await makeRequest(broker);
    const foreign = await broker.sessionOf('foreignApprover');
    for (const path of [
      `/api/v1/requests/${request.id}`,
      '/api/v1/tenants/acme/events',
      `/api/v1/people/${broker.persons.approver}`,
    ])
      expect(codeOf(await broker.page(foreign, 'GET', path))).toBe('404 not_found');
  });

  test('a cookie together with a key is refused, and so is a repeated cookie', async () => {
    const cookie = await broker.sessionOf('approver');
    const both = await broker.call('approver', 'GET', '/api/v1/whoami', { headers: { cookie } });
    expect(codeOf(both)).toBe('400 invalid_request');
    expect(codeOf(await current(`${cookie}; ${cookie}`))).toBe('401 unauthenticated');
    expect(codeOf(await current(`${SESSION_COOKIE}=x`))).toBe('401 unauthenticated');
  });
});

// Each test has a broker of its own, because it moves the clock, removes people, or expects all of a person's sessions.
describe('a session, on a broker of its own', () => {
  beforeEach(start);
  afterEach(close);

  test('expires after half an hour without use, and after twelve hours in any case', async () => {
    const idle = await broker.sessionOf('approver');
    broker.clock.advance(29 * 60);
    expect((await current(idle)).status).toBe(200);
    broker.clock.advance(29 * 60);
    expect((await current(idle)).status).toBe(200);
    broker.clock.advance(31 * 60);
    expect(codeOf(await current(idle))).toBe('401 unauthenticated');

    const busy = await broker.sessionOf('approver');
    for (let quarter = 0; quarter < 47; quarter += 1) {
      broker.clock.advance(15 * 60);
      expect((await current(busy)).status).toBe(200);
    }
    broker.clock.advance(15 * 60);
    expect(codeOf(await current(busy))).toBe('401 unauthenticated');
  });

  onlyInSoak(() => {
    test('an open stream does not keep a session alive', async () => {
      const cookie = await broker.sessionOf('approver');
      const stream = await EventStream.open(`${broker.url}/api/v1/stream`, { cookie });
      broker.clock.advance(31 * 60);
      await stream.ended();
    });

    test('a page’s automatic requests and reopened streams do not keep a session alive', async () => {
      const cookie = await broker.sessionOf('approver');
      const { idleExpiresAt } = (await current(cookie)).body as SessionBody;
      broker.clock.advance(20 * 60);
      const byItself = { headers: { 'Countersign-Background': '1' } };
      const answer = await broker.page(cookie, 'GET', '/api/v1/session', byItself);
      expect((answer.body as SessionBody).idleExpiresAt).toBe(idleExpiresAt);
      const stream = await EventStream.open(`${broker.url}/api/v1/stream`, { cookie });
      broker.clock.advance(11 * 60);
      await stream.ended();
      expect(codeOf(await broker.page(cookie, 'GET', '/api/v1/session', byItself))).toBe(
        '401 unauthenticated',
      );
      expect(codeOf(await current(cookie))).toBe('401 unauthenticated');
    });
  });

  test('a person’s own sessions are listed and ended one by one; another person’s session is not found', async () => {
    const [first, second] = [await broker.sessionOf('approver'), await broker.sessionOf('approver')];
    const { body } = await broker.page(second, 'GET', '/api/v1/sessions');
    const { items } = body as { items: { id: string; current: boolean }[] };
    expect(items.map((item) => item.current)).toEqual([true, false]);
    const path = `/api/v1/sessions/${items[1]!.id}`;
    const foreign = await broker.sessionOf('secondApprover');
    expect(codeOf(await broker.page(foreign, 'DELETE', path))).toBe('404 not_found');
    expect((await broker.page(second, 'DELETE', path)).status).toBe(204);
    expect(codeOf(await current(first))).toBe('401 unauthenticated');
    expect((await current(second)).status).toBe(200);
  });

  onlyInSoak(() => {
    test('ends when its person is removed, its open stream within moments; it stays ended when the person returns', async () => {
      const cookie = await broker.sessionOf('secondApprover');
      const stream = await EventStream.open(`${broker.url}/api/v1/stream`, { cookie });
      const without = organisation((file) => {
        file.tenants[0]!.people = file.tenants[0]!.people.filter(({ name }) => name !== 'Bob');
      });
      await applyOrganisation(broker.host, without, { dryRun: false });
      await stream.ended();
      expect(codeOf(await current(cookie))).toBe('401 unauthenticated');
      await applyOrganisation(broker.host, organisation(), { dryRun: false });
      expect(codeOf(await current(cookie))).toBe('401 unauthenticated');
      expect(codeOf(await broker.call('secondApprover', 'GET', '/api/v1/whoami'))).toBe(
        '401 unauthenticated',
      );
    });

    test('ends when its tenant is removed', async () => {
      const cookie = await broker.sessionOf('foreignApprover');
      const stream = await EventStream.open(`${broker.url}/api/v1/stream`, { cookie });
      const without = organisation((file) => {
        file.tenants = file.tenants.filter(({ slug }) => slug !== 'globex');
      });
      await applyOrganisation(broker.host, without, { dryRun: false });
      await stream.ended();
      expect(codeOf(await current(cookie))).toBe('401 unauthenticated');
    });
  });

  test('P11: its secret is neither stored nor logged', async () => {
    const cookie = await broker.sessionOf('approver');
    await current(cookie);
    const secret = cookie.split('=')[1]!;
    const rows = await broker.host.store.readAsVendor((unit) =>
      unit.sessions.ofPerson(broker.persons.approver, new Date().toISOString()),
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(broker.logLines.join('')).not.toContain(secret);
  });
});

describe('forged requests', () => {
  beforeAll(start);
  afterAll(close);

  const FORGED: [string, Record<string, string>][] = [
    ['no origin', { 'sec-fetch-site': 'same-origin' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['a lookalike', { origin: 'http://localhost:4000.evil.example' }],
    ['another port', { origin: 'http://localhost:4001' }],
    ['our origin, sent from a sibling', { origin: 'http://localhost:4000', 'sec-fetch-site': 'same-site' }],
    ['our origin, sent from elsewhere', { origin: 'http://localhost:4000', 'sec-fetch-site': 'cross-site' }],
  ];
  /** What shows that it is forged. */
  const kindOf = ([name]: (typeof FORGED)[number]) =>
    name.startsWith('our origin') ? 'the site' : 'the origin';
  test.each(rowsOfEachKind(FORGED, kindOf))('by cookie with %s change nothing', async (_name, headers) => {
    const cookie = await broker.sessionOf('approver');
    const request = await makeRequest(broker);
    await review(broker, 'reviewer', request);
    const body = { decision: 'approve', digest: request.digest };
    const path = `/api/v1/requests/${request.id}/reviews`;
    const forged = await broker.fetch('POST', path, { body, headers: { cookie, ...headers } });
    expect(codeOf(forged)).toBe('403 forbidden');
    expect(
      (await broker.fetch('DELETE', '/api/v1/session', { headers: { cookie, ...headers } })).status,
    ).toBe(403);
    expect((await current(cookie)).status).toBe(200);
    expect((await readRequest(broker, request.id)).state).toBe('awaiting_customer');
    // An engineer may have five open requests.
    expect((await broker.call('engineer', 'POST', `/api/v1/requests/${request.id}/cancel`)).status).toBe(200);
  });

  test('a form or plain text from our own origin is not accepted as a JSON body', async () => {
    const cookie = await broker.sessionOf('engineer');
    const request = await makeRequest(broker);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await broker.page(cookie, 'POST', `/api/v1/requests/${request.id}/cancel`, {
        raw: '{}',
        headers: { 'content-type': type },
      });
      expect(codeOf(answer)).toBe('400 invalid_request');
    }
    expect((await readRequest(broker, request.id)).state).toBe('awaiting_vendor');
  });

  test('every answer forbids framing and sniffing and sends no referrer', async () => {
    for (const path of ['/', '/api/v1/session', '/api/docs']) {
      const { headers } = await broker.fetch('GET', path);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*'unsafe-inline'/);
    }
  });
});
