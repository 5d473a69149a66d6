/** @soak */

import { applyOrganisation } from '@countersign/access';
import { organisation } from '../../factories/organisation.js';
import { type Browser, isCallback } from '../../support/browser.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { PUBLIC_URL, SignedInSite } from '../../support/signed-in-site.js';
import { SESSION_COOKIE } from '../harness.js';
import { EventStream } from '../sse.js';

const VENDOR = '/auth/oidc/vendor/start';
const ACME = '/auth/oidc/acme/start';
const BROWSER_COOKIE = '__Host-countersign-browser';

let site: SignedInSite;

const whoIn = (browser: Browser) => browser.who();
const errorOf = ({ status, headers }: { status: number; headers: Headers }) => {
  const to = new URL(headers.get('location') ?? '', PUBLIC_URL);
  return [status, to.pathname, to.searchParams.get('error')];
};
const failed = (code: string) => [303, '/sign-in', code];

describe('signing in at a provider', () => {
  beforeAll(async () => {
    site = await SignedInSite.start();
  });
  afterAll(() => site.close());

  test('the vendor’s staff and a tenant’s people use their own provider; the page to return to is kept', async () => {
    const erin = site.browser();
    const done = await erin.signIn(`${VENDOR}?returnTo=%2Frequests%3Fstate%3Dopen`, 'erin');
    expect([done.status, done.headers.get('location')]).toEqual([303, '/requests?state=open']);
    expect(await whoIn(erin)).toBe('erin@vendor.example');
    const ada = site.browser();
    await ada.signIn(ACME, 'ada');
    expect(await whoIn(ada)).toBe('ada@acme.example');
    const { text } = await ada.send('/api/v1/session');
    expect(JSON.parse(text)).toMatchObject({ assurance: 'oidc', device: 'Test browser', kind: 'web' });
  });

  test('requests only a code, with PKCE, state and nonce, which differ each time', async () => {
    const browser = site.browser();
    const urls = [];
    for (let count = 0; count < 2; count += 1) {
      const { status, headers } = await browser.post(VENDOR);
      expect(status).toBe(303);
      urls.push(new URL(headers.get('location')!));
    }
    for (const { origin, searchParams } of urls) {
      expect(origin).toBe(site.own.issuer);
      expect(Object.fromEntries(searchParams)).toMatchObject({
        client_id: 'countersign',
        response_type: 'code',
        redirect_uri: `${PUBLIC_URL}/auth/oidc/vendor/callback`,
        code_challenge_method: 'S256',
        scope: 'openid email profile',
      });
    }
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const values = urls.map(({ searchParams }) => searchParams.get(name));
      expect(values.every((value) => (value ?? '').length >= 40)).toBe(true);
      expect(values[0]).not.toBe(values[1]);
    }
  });

  test('the session cookie is limited to this host, hidden from scripts, and new at each sign-in', async () => {
    const browser = site.browser();
    browser.broker.set(SESSION_COOKIE, 'an-attacker-chose-this-value-000000');
    const first = await browser.signIn(VENDOR, 'erin');
    const cookie = first.headers.getSetCookie().find((text) => text.startsWith(SESSION_COOKIE))!;
    expect(cookie).toMatch(/; Path=\/;/);
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(attribute);
    expect(cookie).not.toMatch(/Domain/i);
    const before = browser.broker.get(SESSION_COOKIE)!;
    expect(before).not.toBe('an-attacker-chose-this-value-000000');
    await browser.signIn(VENDOR, 'erin');
    expect(browser.broker.get(SESSION_COOKIE)).not.toBe(before);
    expect(await whoIn(browser)).toBe('erin@vendor.example');
    const old = site.browser();
    old.broker.set(SESSION_COOKIE, before);
    expect(await whoIn(old)).toBe('unauthenticated');
  });

  test.each([
    ['a tenant’s person by the vendor’s provider', VENDOR, 'ada-at-vendor'],
    ['the vendor’s staff by a tenant’s provider', ACME, 'erin-at-acme'],
    ['another tenant’s person', ACME, 'gwen-at-acme'],
    ['a stranger', VENDOR, 'nobody'],
  ])('P9: an e-mail never crosses: %s is unknown', async (_name, start, sub) => {
    const browser = site.browser();
    expect(errorOf(await browser.signIn(start, sub))).toEqual(failed('unknown_person'));
    expect(await whoIn(browser)).toBe('unauthenticated');
  });

  test('an unverified e-mail address identifies no one', async () => {
    const browser = site.browser();
    expect(errorOf(await browser.signIn(ACME, 'bob'))).toEqual(failed('email_unverified'));
    expect(await whoIn(browser)).toBe('unauthenticated');
  });

  test('an answer is accepted once', async () => {
    const browser = site.browser();
    const callback = await browser.signInUpToCallback(VENDOR, 'erin');
    const cookie = browser.broker.get(BROWSER_COOKIE)!;
    expect((await browser.send(callback)).status).toBe(303);
    expect(await whoIn(browser)).toBe('erin@vendor.example');
    const thief = site.browser();
    thief.broker.set(BROWSER_COOKIE, cookie);
    expect(errorOf(await thief.send(callback))).toEqual(failed('attempt_unknown'));
    expect(await whoIn(thief)).toBe('unauthenticated');
  });

  test('an answer is valid only in the browser that began, and another browser’s attempt does not use it up', async () => {
    const browser = site.browser();
    const callback = await browser.signInUpToCallback(VENDOR, 'erin');
    for (const other of [site.browser(), site.browser()]) {
      await other.post(VENDOR);
      expect(errorOf(await other.send(callback))).toEqual(failed('attempt_unknown'));
      expect(await whoIn(other)).toBe('unauthenticated');
    }
    await browser.send(callback);
    expect(await whoIn(browser)).toBe('erin@vendor.example');
  });

  test('mix-up: one issuer’s answer in place of another’s is refused, whichever member was exchanged', async () => {
    const victim = site.browser();
    const foreign = await victim.signInUpToCallback('/auth/oidc/globex/start', 'gwen');
    const own = await victim.signInUpToCallback(ACME, 'ada');
    const mixed = new URL(own);
    mixed.searchParams.set('code', foreign.searchParams.get('code')!);
    mixed.searchParams.set('iss', foreign.searchParams.get('iss')!);
    expect(foreign.searchParams.get('iss')).toBe(site.foreign.issuer);
    expect(errorOf(await victim.send(mixed))).toEqual(failed('answer_invalid'));
    expect(await whoIn(victim)).toBe('unauthenticated');

    const codeOnly = await victim.signInUpToCallback(ACME, 'ada');
    codeOnly.searchParams.set('code', foreign.searchParams.get('code')!);
    expect(errorOf(await victim.send(codeOnly))).toEqual(failed('answer_invalid'));
    const noIssuer = await victim.signInUpToCallback(ACME, 'ada');
    noIssuer.searchParams.delete('iss');
    expect(errorOf(await victim.send(noIssuer))).toEqual(failed('answer_invalid'));
    expect(await whoIn(victim)).toBe('unauthenticated');
  });

  onlyInSoak(() => {
    test('mix-up: the code of another client of the same issuer is refused', async () => {
      const browser = site.browser();
      const vendor = await browser.signInUpToCallback(VENDOR, 'erin');
      const acme = await browser.signInUpToCallback(ACME, 'ada');
      acme.searchParams.set('code', vendor.searchParams.get('code')!);
      expect(errorOf(await browser.send(acme))).toEqual(failed('answer_invalid'));
      expect(await whoIn(browser)).toBe('unauthenticated');
    });
  });

  test('a stolen code does not work in another person’s sign-in (PKCE)', async () => {
    const victim = await site.browser().signInUpToCallback(VENDOR, 'erin');
    const thief = site.browser();
    const own = await thief.signInUpToCallback(VENDOR, 'max');
    own.searchParams.set('code', victim.searchParams.get('code')!);
    expect(errorOf(await thief.send(own))).toEqual(failed('answer_invalid'));
    expect(await whoIn(thief)).toBe('unauthenticated');
  });

  test.each(['state=a&state=b', 'code=x', '', 'error=access_denied', 'state=unknown&code=x'])(
    'a made-up answer (%s) signs no one in',
    async (query) => {
      const browser = site.browser();
      await browser.post(VENDOR);
      expect(errorOf(await browser.send(`/auth/oidc/vendor/callback?${query}`))).toEqual(
        failed('attempt_unknown'),
      );
    },
  );

  onlyInSoak(() => {
    test('a refusal by the provider is reported', async () => {
      const browser = site.browser();
      const { headers } = await browser.post(`${VENDOR}?returnTo=/inbox`);
      const state = new URL(headers.get('location')!).searchParams.get('state')!;
      const query = new URLSearchParams({ error: 'access_denied', state, iss: site.own.issuer });
      const answer = await browser.send(`/auth/oidc/vendor/callback?${query}`);
      expect(errorOf(answer)).toEqual(failed('provider_refused'));
      expect(answer.headers.get('location')).toContain('returnTo=%2Finbox');
    });
  });

  test('a stolen web session enrols no passkey: an ordinary sign-in is not fresh, and max_age cannot be left out', async () => {
    const ada = site.browser();
    const options = async () => {
      const { status, text } = await ada.post('/api/v1/tenants/acme/passkeys/options');
      return status === 200 ? status : (JSON.parse(text) as { code: string }).code;
    };
    await ada.signIn(ACME, 'ada');
    expect(await options()).toBe('fresh_sign_in_required');
    const begun = await ada.begin(`${ACME}?fresh=true`);
    expect([begun.searchParams.get('max_age'), begun.searchParams.get('prompt')]).toEqual(['0', 'login']);
    // As a thief would, to get through with the provider's earlier sign-in: the answer then lacks a fresh `auth_time`.
    for (const name of ['max_age', 'prompt']) begun.searchParams.delete(name);
    const page = await ada.visit(begun);
    const form = new URLSearchParams({ account: 'ada' });
    const { url } = await ada.visit(page.url, isCallback, { method: 'POST', body: form });
    expect(errorOf(await ada.send(url))).toEqual(failed('not_fresh'));
    expect(await options()).toBe('fresh_sign_in_required');
    await ada.signIn(`${ACME}?fresh=true`, 'ada');
    expect(await options()).toBe(200);
  });

  const ELSEWHERE = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
  ];
  test.each(someRows(ELSEWHERE))(
    'no open redirect: returnTo=%s leads to the start page',
    async (returnTo) => {
      const browser = site.browser();
      const { headers } = await browser.signIn(`${VENDOR}?returnTo=${encodeURIComponent(returnTo)}`, 'erin');
      expect(headers.get('location')).toBe('/');
    },
  );

  onlyInSoak(() => {
    test('sign-in does not begin for an organisation without a provider, known or not', async () => {
      for (const side of ['deployment', 'nobody', 'ACME'])
        expect(errorOf(await site.browser().post(`/auth/oidc/${side}/start`))).toEqual(failed('no_provider'));
    });
  });

  test('an ID token with a NUL in a claim, which PostgreSQL stores nowhere, signs no one in', async () => {
    const browser = site.browser();
    const callback = await browser.signInUpToCallback(VENDOR, 'erin');
    Object.assign(site.own.idToken, {
      sub: 'er\0in',
      email: 'erin@vendor.example',
      email_verified: true,
    });
    try {
      expect(errorOf(await browser.send(callback))).toEqual(failed('answer_invalid'));
    } finally {
      for (const name of Object.keys(site.own.idToken)) delete site.own.idToken[name];
    }
    expect(await whoIn(browser)).toBe('unauthenticated');
  });

  test('P11: no secret of a sign-in is logged', async () => {
    const browser = site.browser();
    const callback = await browser.signInUpToCallback(VENDOR, 'erin');
    const begun = browser.broker.get(BROWSER_COOKIE)!;
    await browser.send(callback);
    const secrets = [
      begun,
      browser.broker.get(SESSION_COOKIE)!,
      callback.searchParams.get('code')!,
      callback.searchParams.get('state')!,
    ];
    const failing = await browser.signInUpToCallback(VENDOR, 'erin');
    secrets.push(failing.searchParams.get('code')!, failing.searchParams.get('state')!);
    failing.searchParams.set('iss', site.foreign.issuer);
    expect(errorOf(await browser.send(failing))).toEqual(failed('answer_invalid'));
    const log = site.broker.logLines.join('');
    for (const secret of secrets) expect(log).not.toContain(secret);
  });
});

describe('signing in at a provider, on a site of its own', () => {
  beforeEach(async () => {
    site = await SignedInSite.start();
  });
  afterEach(() => site.close());

  onlyInSoak(() => {
    test('an answer that arrives too late is refused', async () => {
      const browser = site.browser();
      const callback = await browser.signInUpToCallback(VENDOR, 'erin');
      site.broker.clock.advance(601);
      expect(errorOf(await browser.send(callback))).toEqual(failed('attempt_unknown'));
    });
  });

  test('a person is pinned to their subject: a later owner of the address is not that person', async () => {
    await site.browser().signIn(ACME, 'ann');
    const later = site.browser();
    expect(errorOf(await later.signIn(ACME, 'another-ann'))).toEqual(failed('identity_changed'));
    expect(await whoIn(later)).toBe('unauthenticated');
    const again = site.browser();
    await again.signIn(ACME, 'ann');
    expect(await whoIn(again)).toBe('ann@acme.example');
    const { body } = await site.broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=50');
    const types = (body as { items: { type: string }[] }).items.map(({ type }) => type);
    expect(types.filter((type) => type === 'identity.pinned')).toHaveLength(1);
    expect(types.filter((type) => type === 'session.started')).toHaveLength(2);
  });

  onlyInSoak(() => {
    test('an unreachable provider is reported, and sign-in recovers by itself', async () => {
      await site.own.stop();
      expect(errorOf(await site.browser().post(VENDOR))).toEqual(failed('provider_unavailable'));
      await site.own.serve();
      const browser = site.browser();
      await browser.signIn(VENDOR, 'erin');
      expect(await whoIn(browser)).toBe('erin@vendor.example');
      await site.own.stop();
      const between = site.browser();
      // The issuer's metadata is cached; its token endpoint is called when the answer arrives.
      const { headers } = await between.post(VENDOR);
      const state = new URL(headers.get('location')!).searchParams.get('state')!;
      const query = new URLSearchParams({ code: 'x', state, iss: site.own.issuer });
      expect(errorOf(await between.send(`/auth/oidc/vendor/callback?${query}`))).toEqual(
        failed('provider_unavailable'),
      );
    });

    test('a removed person loses the session and its stream, and cannot sign in again', async () => {
      const browser = site.browser();
      await browser.signIn(ACME, 'ada');
      const stream = await EventStream.open(`${site.broker.url}/api/v1/stream`, browser.broker.header);
      const without = organisation((file) => {
        file.tenants[0]!.people = file.tenants[0]!.people.filter(({ name }) => name !== 'Ada');
        file.tenants[0]!.oidc = null;
      });
      await applyOrganisation(site.broker.host, without, { dryRun: false });
      await stream.ended();
      expect(await whoIn(browser)).toBe('unauthenticated');
      expect(errorOf(await browser.post(ACME))).toEqual(failed('no_provider'));
    });
  });
});

describe('further requirements on a provider', () => {
  afterEach(() => site.close());

  test('a required sign-in method: another method is refused', async () => {
    site = await SignedInSite.start((file) => {
      file.vendor.oidc = { ...file.vendor.oidc!, acr: ['urn:mfa'], maxAge: 600 };
    });
    const begun = new URL((await site.browser().post(VENDOR)).headers.get('location')!).searchParams;
    expect([begun.get('acr_values'), begun.get('max_age')]).toEqual(['urn:mfa', '600']);
    const weak = site.browser();
    expect(errorOf(await weak.signIn(VENDOR, 'erin'))).toEqual(failed('assurance_too_low'));
    expect(await whoIn(weak)).toBe('unauthenticated');
    // A claim that is not signed for this sign-in does not prove its method.
    site.own.userinfo['acr'] = 'urn:mfa';
    expect(errorOf(await site.browser().signIn(VENDOR, 'erin'))).toEqual(failed('assurance_too_low'));
    const strong = site.browser();
    await strong.signIn(VENDOR, 'max');
    expect(await whoIn(strong)).toBe('max@vendor.example');
  });

  onlyInSoak(() => {
    test('place and employer come from the claims that the file names, in the ID token or from userinfo, and end with them', async () => {
      site = await SignedInSite.start((file) => {
        const claims = { country: 'address.country', entity: 'company', employment: 'user_type' };
        file.vendor.oidc = { ...file.vendor.oidc!, claims };
        const erin = file.vendor.staff.find(({ email }) => email.startsWith('erin@'))!;
        erin.facts = { country: 'FR', employment: 'agency' };
      });
      const factsOf = async (browser: Browser) => {
        const { text } = await browser.send('/api/v1/whoami');
        const { facts = [] } = JSON.parse(text) as {
          facts?: { name: string; value: string; source: string }[];
        };
        return facts.map(({ name, value, source }) => `${name} ${value} ${source}`);
      };
      const signedIn = async () => {
        const browser = site.browser();
        await browser.signIn(VENDOR, 'erin');
        return browser;
      };
      Object.assign(site.own.userinfo, { address: { country: 'de' }, company: ' Northwind GmbH ' });
      expect(await factsOf(await signedIn())).toEqual([
        'country DE oidc',
        'entity Northwind GmbH oidc',
        'employment agency stated',
      ]);
      // The ID token has the address and the entity; the country is only in userinfo.
      Object.assign(site.own.idToken, {
        email: 'erin@vendor.example',
        email_verified: true,
        company: 'Northwind AG',
      });
      expect(await factsOf(await signedIn())).toEqual([
        'country DE oidc',
        'entity Northwind AG oidc',
        'employment agency stated',
      ]);
      for (const name of Object.keys(site.own.idToken)) delete site.own.idToken[name];
      // No assigned code, no text, and a word that is not on the list: they say nothing, so the file counts again.
      Object.assign(site.own.userinfo, { address: { country: 'XX' }, company: 7, user_type: 'boss' });
      expect(await factsOf(await signedIn())).toEqual(['country FR stated', 'employment agency stated']);
    });
  });

  test('P2: groups give roles, unlisted groups give none, and roles that exclude each other give no access at all', async () => {
    site = await SignedInSite.start((file) => {
      file.vendor.oidc = {
        ...file.vendor.oidc!,
        groups: {
          claim: 'groups',
          roles: {
            reviewers: ['reviewer', 'auditor'],
            engineers: ['engineer'],
            watchers: ['security-admin'],
          },
        },
      };
    });
    const rolesOf = async (who: 'reviewer' | 'engineerAndReviewer' | 'legal') =>
      site.broker.host.store.readAsVendor(
        async (unit) => (await unit.organisation.person(site.broker.persons[who]))?.roles,
      );
    const max = site.browser();
    await max.signIn(VENDOR, 'max');
    expect(await whoIn(max)).toBe('max@vendor.example');
    expect(await rolesOf('reviewer')).toEqual(['auditor', 'reviewer']);
    await applyOrganisation(site.broker.host, site.file, { dryRun: false });
    expect(await rolesOf('reviewer')).toEqual(['auditor', 'reviewer']);
    for (const [sub, who] of [
      ['kim', 'engineerAndReviewer'],
      ['lee', 'legal'],
    ] as const) {
      const browser = site.browser();
      expect(errorOf(await browser.signIn(VENDOR, sub))).toEqual(failed('no_roles'));
      expect(await rolesOf(who)).toEqual([]);
      expect(await whoIn(browser)).toBe('unauthenticated');
    }
  });
});
