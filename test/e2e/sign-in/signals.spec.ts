/** @soak */

import { ask } from '../../factories/ask.js';
import type { PersonName } from '../../factories/organisation.js';
import type { IdentityProvider } from '../../fakes/identity-provider.js';
import { onlyInSoak, rowsOfEachKind } from '../../support/samples.js';
import { type EventName, eventClaims, pushEvent } from '../../support/security-events.js';
import { PUBLIC_URL, SignedInSite } from '../../support/signed-in-site.js';

const audienceOf = (side: string) => `${PUBLIC_URL}/signals/${side}/events`;

let site: SignedInSite;
beforeAll(async () => {
  site = await SignedInSite.start((file) => {
    file.vendor.signals = { issuer: issuerOf(file.vendor.oidc) };
    file.tenants[0]!.signals = { issuer: issuerOf(file.tenants[0]!.oidc) };
  });
});
afterAll(() => site.close());

const issuerOf = (oidc: { issuer: string } | null): string => oidc?.issuer ?? '';

const send = (
  side: 'vendor' | 'acme' | 'globex',
  event: EventName,
  subject: object,
  change: Record<string, unknown> = {},
  by: IdentityProvider = site.own,
) =>
  pushEvent(
    site.broker.url,
    side,
    by.securityEvent(eventClaims(by, audienceOf(side), event, subject, change)),
  );

const accepted = { status: 202, text: '', err: undefined, language: null };
const refusedWith = (err: string) => expect.objectContaining({ status: 400, err, language: 'en' });

const api = (who: PersonName, method: string, path: string, body?: unknown) =>
  site.broker.call(who, method, `/api/v1${path}`, body === undefined ? {} : { body });

async function signedIn(side: string, account: string): Promise<() => Promise<number>> {
  const browser = site.browser();
  await browser.signIn(`/auth/oidc/${side}/start`, account);
  const status = async () => (await browser.send('/api/v1/session')).status;
  expect(await status()).toBe(200);
  return status;
}

async function request(who: PersonName): Promise<{ id: string; digest: string }> {
  const { status, body } = await api(who, 'POST', '/requests', ask());
  expect(status).toBe(201);
  return body as { id: string; digest: string };
}

async function approve(who: PersonName, { id, digest }: { id: string; digest: string }): Promise<void> {
  const { status } = await api(who, 'POST', `/requests/${id}/reviews`, { decision: 'approve', digest });
  expect(status).toBe(201);
}

const stateOf = async (kind: 'requests' | 'grants', id: string) =>
  ((await api('vendorAuditor', 'GET', `/${kind}/${id}`)).body as { state: string }).state;

test('a stolen session, key and grant outlive the account at the provider: session-revoked ends them', async () => {
  const session = await signedIn('vendor', 'erin');
  const granted = await request('engineer');
  await approve('reviewer', granted);
  await approve('approver', granted);
  const grant = ((await api('vendorAuditor', 'GET', `/requests/${granted.id}`)).body as { grant: string })
    .grant;
  const open = await request('engineer');
  const others = await request('otherEngineer');

  const subject = { format: 'iss_sub', iss: site.own.issuer, sub: 'erin' };
  expect(await send('vendor', 'session-revoked', subject)).toEqual(accepted);

  expect(await session()).toBe(401);
  expect((await api('engineer', 'GET', '/whoami')).status).toBe(401);
  expect(await stateOf('grants', grant)).toBe('ended');
  expect(await stateOf('requests', open.id)).toBe('cancelled');
  expect(await stateOf('requests', others.id)).toBe('awaiting_vendor');
  // They may sign in again: the provider let them.
  await signedIn('vendor', 'erin');
});

test('P1: the approval of a reviewer whose account is disabled no longer counts: the customer’s approval opens nothing', async () => {
  const asked = await request('otherEngineer');
  await approve('reviewer', asked);
  const subject = { format: 'email', email: 'max@vendor.example' };
  expect(await send('vendor', 'account-disabled', subject)).toEqual(accepted);
  await approve('approver', asked);
  const { body } = await api('vendorAuditor', 'GET', `/requests/${asked.id}`);
  expect(body).toMatchObject({ state: 'awaiting_customer', grant: null, needs: { vendor: { approved: 0 } } });
});

test('an approver whose account is disabled is signed out, and nothing is open under their invitation', async () => {
  const session = await signedIn('acme', 'ada');
  const invitation = {
    service: 'billing',
    scope: [{ resource: 'invoices', actions: ['list'] }],
    until: new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, ''),
  };
  const invited = await api('approver', 'POST', '/tenants/acme/invitations', invitation);
  expect(invited.status).toBe(201);
  const { id } = invited.body as { id: string };

  const subject = { format: 'aliases', identifiers: [{ format: 'email', email: 'ADA@acme.example' }] };
  expect(await send('acme', 'account-disabled', subject)).toEqual(accepted);

  expect(await session()).toBe(401);
  expect((await api('approver', 'GET', '/whoami')).status).toBe(401);
  const { body } = await api('tenantAdmin', 'GET', '/tenants/acme/invitations');
  expect(body).toMatchObject({ items: [{ id, state: 'withdrawn' }] });
  const log = await api('tenantAuditor', 'GET', '/tenants/acme/events?limit=20');
  expect((log.body as { items: { type: string; data: object }[] }).items).toContainEqual(
    expect.objectContaining({
      type: 'signal.received',
      data: { person: site.broker.persons.approver, events: ['account-disabled'], issuer: site.own.issuer },
    }),
  );
});

onlyInSoak(() => {
  test('a changed credential ends sessions; the user of a complex subject is the person', async () => {
    const session = await signedIn('acme', 'ann');
    const user = { format: 'email', email: 'ann@acme.example' };
    expect(await send('acme', 'credential-change', { format: 'complex', user })).toEqual(accepted);
    expect(await session()).toBe(401);
  });

  test('an event that is sent again is accepted and has no effect', async () => {
    const subject = { format: 'email', email: 'max@vendor.example' };
    const jti = 'an-event-that-is-repeated';
    await signedIn('vendor', 'max');
    expect(await send('vendor', 'session-revoked', subject, { jti })).toEqual(accepted);
    const session = await signedIn('vendor', 'max');
    expect(await send('vendor', 'session-revoked', subject, { jti })).toEqual(accepted);
    expect(await session()).toBe(200);
  });
});

test('P9: a provider reaches no person of another side, even if both sides share it', async () => {
  const session = await signedIn('vendor', 'kim');
  for (const subject of [
    { format: 'email', email: 'kim@vendor.example' },
    { format: 'iss_sub', iss: site.own.issuer, sub: 'kim' },
  ])
    expect(await send('acme', 'account-disabled', subject)).toEqual(accepted);
  expect(await session()).toBe(200);
});

onlyInSoak(() => {
  test('an event that ends no access, and one about a person who is not known here, are accepted', async () => {
    const session = await signedIn('vendor', 'kim');
    expect(
      await send('vendor', 'device-compliance-change', { format: 'email', email: 'kim@vendor.example' }),
    ).toEqual(accepted);
    expect(await send('vendor', 'session-revoked', { format: 'email', email: 'a@b.example' })).toEqual(
      accepted,
    );
    expect(await send('vendor', 'session-revoked', { format: 'opaque', id: 'kim' })).toEqual(accepted);
    expect(await session()).toBe(200);
  });
});

describe('a SET that is not accepted', () => {
  const kim = { format: 'email', email: 'kim@vendor.example' };
  const claims = (change: Record<string, unknown> = {}) =>
    eventClaims(site.own, audienceOf('vendor'), 'session-revoked', kim, change);
  const push = (token: string | Buffer, type?: string) => pushEvent(site.broker.url, 'vendor', token, type);
  const seconds = () => Math.floor(Date.now() / 1000);
  let session: () => Promise<number>;
  beforeAll(async () => {
    session = await signedIn('vendor', 'kim');
  });
  afterAll(async () => expect(await session()).toBe(200));

  const CLAIMS: [string, string, Record<string, unknown>][] = [
    ['of another issuer', 'invalid_issuer', { iss: 'https://evil.example' }],
    ['for another side', 'invalid_audience', { aud: audienceOf('acme') }],
    ['for no one', 'invalid_audience', { aud: undefined }],
    ['without iat', 'invalid_request', { iat: undefined }],
    ['from the future', 'invalid_request', { iat: seconds() + 3_600 }],
    ['of a week ago', 'invalid_request', { iat: seconds() - 8 * 86_400 }],
    ['without jti', 'invalid_request', { jti: undefined }],
    ['with exp', 'invalid_request', { exp: seconds() + 60 }],
    ['with sub', 'invalid_request', { sub: 'kim' }],
    ['without events', 'invalid_request', { events: {} }],
    ['without a subject', 'invalid_request', { sub_id: undefined }],
    ['with a broken subject', 'invalid_request', { sub_id: { format: 'email' } }],
    [
      'with a payload that its definition does not allow',
      'invalid_request',
      { events: { 'https://schemas.openid.net/secevent/caep/event-type/credential-change': {} } },
    ],
  ];
  test.each(rowsOfEachKind(CLAIMS, ([, err]) => err))('%s: %s', async (_name, err, change) => {
    expect(await push(site.own.securityEvent(claims(change)))).toEqual(refusedWith(err));
  });

  const HEADERS: [string, string, object][] = [
    ['an ID token', 'invalid_request', { typ: 'JWT' }],
    ['a logout token', 'invalid_request', { typ: 'logout+jwt' }],
    ['without a key id', 'invalid_key', { kid: undefined }],
    ['with an unknown key', 'invalid_key', { kid: 'unknown' }],
    ['with the wrong algorithm for the key', 'invalid_key', { alg: 'ES256' }],
    ['with a shared secret', 'invalid_key', { alg: 'HS256' }],
    ['with another padding than it says', 'invalid_key', { alg: 'PS256' }],
    ['with a critical extension', 'invalid_request', { crit: ['x'] }],
  ];
  test.each(rowsOfEachKind(HEADERS, ([, err]) => err))('%s: %s', async (_name, err, header) => {
    expect(await push(site.own.securityEvent(claims(), header))).toEqual(refusedWith(err));
  });

  test('signed by another provider, or changed after it was signed: authentication_failed or invalid_key', async () => {
    const [header, , signature] = site.own.securityEvent(claims()).split('.');
    const changed = Buffer.from(JSON.stringify(claims({ sub_id: { format: 'opaque', id: 'x' } })));
    const token = [header, changed.toString('base64url'), signature].join('.');
    expect(await push(token)).toEqual(refusedWith('authentication_failed'));
    expect(await push(site.foreign.securityEvent(claims()))).toEqual(refusedWith('invalid_key'));
  });

  test('with a NUL anywhere in its claims, which PostgreSQL stores nowhere: invalid_request', async () => {
    for (const change of [
      { sub_id: { format: 'iss_sub', iss: site.own.issuer, sub: 'er\0in' } },
      { jti: 'a\0b' },
      { unknown: [{ 'a\0b': true }] },
    ])
      expect(await push(site.own.securityEvent(claims(change)))).toEqual(refusedWith('invalid_request'));
  });

  onlyInSoak(() => {
    test('no JWS, unsecured, a member twice, invalid UTF-8, JSON instead: invalid_request', async () => {
      const part = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64url');
      const [header, payload, signature] = site.own.securityEvent(claims()).split('.') as [
        string,
        string,
        string,
      ];
      const text = Buffer.from(payload, 'base64url').toString();
      const twice = text.replace('{', '{"iss":"https://evil.example",');
      for (const token of [
        'no token',
        `${part('{"alg":"none","typ":"secevent+jwt"}')}.${payload}.`,
        `${header}.${part(twice)}.${signature}`,
        `${header}.${part(Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]))}.${signature}`,
        `${header}.${payload}.${signature}\n`,
      ])
        expect(await push(token)).toEqual(refusedWith('invalid_request'));
      expect(await push(site.own.securityEvent(claims()), 'application/json')).toEqual(
        refusedWith('invalid_request'),
      );
    });
  });

  test('at an address of no receiver: 404, as for an unknown tenant', async () => {
    const token = site.foreign.securityEvent(claims());
    for (const side of ['globex', 'nobody', 'No-Slug'])
      expect(await pushEvent(site.broker.url, side, token)).toMatchObject({ status: 404 });
  });
});
