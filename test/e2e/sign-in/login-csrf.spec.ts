import { PUBLIC_URL, SignedInSite } from '../../support/signed-in-site.js';

const ACME = '/auth/oidc/acme/start';
const GLOBEX = '/auth/oidc/globex/start';
/** Headers of a browser that another site has sent here. */
const FOREIGN = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

let site: SignedInSite;
// The test that reads the log comes before the one in which a session is ended.
beforeAll(async () => {
  site = await SignedInSite.start();
});
afterAll(() => site.close());

describe('login CSRF: another site sends a victim’s browser into a sign-in', () => {
  test('a link begins nothing', async () => {
    const { status, headers } = await site.browser().send(ACME);
    expect([status, headers.get('location'), headers.getSetCookie()]).toEqual([404, null, []]);
  });

  test.each([
    ['with the origin of another site', FOREIGN],
    ['without an origin', {}],
    ['with an opaque origin', { origin: 'null' }],
    ['from another site of the same domain', { origin: PUBLIC_URL, 'sec-fetch-site': 'same-site' }],
  ])('a form %s begins nothing', async (_how, headers) => {
    const answer = await site.browser().send(ACME, { method: 'POST', headers });
    expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('a session of another person is not ended, and no one else is signed in', async () => {
    const browser = site.browser();
    await browser.signIn(ACME, 'ada');
    // As if the attacker had got the browser to begin: only the person who is signed in can let go of their session.
    const { headers } = await browser.signIn(GLOBEX, 'gwen');
    expect(headers.get('location')).toBe('/sign-in?error=other_person&tenant=globex');
    expect(headers.getSetCookie()).toEqual([]);
    expect(await browser.who()).toBe('ada@acme.example');
    const { body } = await site.broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=50');
    const types = (body as { items: { type: string }[] }).items.map(({ type }) => type);
    expect(types).not.toContain('session.ended');
  });

  test('after signing out another person can sign in, and one’s own session is renewed', async () => {
    const browser = site.browser();
    await browser.signIn(ACME, 'ada');
    await browser.signIn(ACME, 'ada');
    expect(await browser.who()).toBe('ada@acme.example');
    await browser.post('/api/v1/session', { method: 'DELETE' });
    await browser.signIn(GLOBEX, 'gwen');
    expect(await browser.who()).toBe('gwen@globex.example');
  });
});

test('a page’s script gets the address to open, because a redirect of a form could not leave the site', async () => {
  const answer = await site
    .browser()
    .post(`${ACME}?returnTo=/inbox`, { headers: { accept: 'application/json' } });
  expect(answer.status).toBe(200);
  const { location } = JSON.parse(answer.text) as { location: string };
  expect(new URL(location).origin).toBe(site.own.issuer);
  const none = await site
    .browser()
    .post('/auth/oidc/nobody/start', { headers: { accept: 'application/json' } });
  expect(JSON.parse(none.text)).toEqual({ location: '/sign-in?error=no_provider&tenant=nobody' });
});
