/** @soak */

import { createHash, randomBytes } from 'node:crypto';
import { MESSAGE_SIGNATURE_HEADER, signMessage } from '@countersign/gateway-protocol';
import { billing, organisation } from '../../factories/organisation.js';
import { gatewayIdentity } from '../../support/record-chain.js';
import { onlyInSoak } from '../../support/samples.js';
import { type Answer, TestBroker } from '../harness.js';
import { codeOf, makeGrant } from '../story.js';

/** What a broker gives to a gateway for the browsers of engineers. */
let broker: TestBroker;
beforeAll(async () => {
  const file = organisation((draft) => {
    draft.services.push({ ...billing('http://localhost:4209'), name: 'reports', audience: 'reports' });
    for (const service of draft.services) service.origin = `https://${service.name}.gw.example`;
  });
  broker = await TestBroker.start({
    organisation: file,
    settings: { session: { idle: 300, absolute: 900 } },
  });
});
afterAll(() => broker.close());

const SESSIONS = '/gateway/v1/browser-sessions';

let count = 0;
/** @returns how this gateway posts; without its key if `signs` is false */
async function enrol(binding?: { services?: string[]; tenants?: string[] }) {
  count += 1;
  const { credential, bearer } = await broker.enrolGateway(`gateway ${count}`, binding);
  const identity = gatewayIdentity();
  const authorization = { authorization: bearer };
  const body = { publicKey: identity.publicKey };
  await broker.fetch('POST', '/gateway/v1/identity', { body, headers: authorization });
  return (path: string, body: object, signs = true): Promise<Answer> => {
    const message = { gateway: credential.gateway, path, body };
    const signature = signs ? { [MESSAGE_SIGNATURE_HEADER]: signMessage(message, identity.privateKey) } : {};
    return broker.fetch('POST', path, { body, headers: { ...authorization, ...signature } });
  };
}
type Gateway = Awaited<ReturnType<typeof enrol>>;

/** What a gateway sends to exchange the code of a new browser, opened from this web session. */
async function code(grant: string, cookie: string) {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const path = `/api/v1/grants/${grant}/browser-sessions`;
  const { body } = await broker.page(cookie, 'POST', path, { body: { challenge } });
  const secret = new URL((body as { location: string }).location).searchParams.get('code');
  return { code: secret, verifier, service: 'billing' };
}

/** The secret of a browser that was opened from this web session. */
async function open(gateway: Gateway, grant: string, cookie: string) {
  const { body } = await gateway(SESSIONS, await code(grant, cookie));
  return { session: (body as { session: string }).session, service: 'billing' };
}

test('a browser gets no further token once the person has signed out where they opened it', async () => {
  const gateway = await enrol();
  const { grant } = await makeGrant(broker);
  const here = await broker.sessionOf('engineer');
  const elsewhere = await broker.sessionOf('engineer');
  const closed = await open(gateway, grant, here);
  const steady = await open(gateway, grant, elsewhere);
  expect((await gateway(`${SESSIONS}/token`, closed)).status).toBe(200);
  expect((await broker.page(here, 'DELETE', '/api/v1/session')).status).toBe(204);
  expect(codeOf(await gateway(`${SESSIONS}/token`, closed))).toBe('404 not_found');
  expect((await gateway(`${SESSIONS}/token`, steady)).status).toBe(200);
});

onlyInSoak(() => {
  test('a browser outlives the idle limit of the sign-in from which it was opened, but not its end', async () => {
    const gateway = await enrol();
    const { grant } = await makeGrant(broker, 'engineer', { duration: 'PT30M' });
    const session = await open(gateway, grant, await broker.sessionOf('engineer'));
    const token = async () => codeOf(await gateway(`${SESSIONS}/token`, session));
    broker.clock.advance(301);
    expect(await token()).toBe('200 undefined');
    broker.clock.advance(600);
    expect(await token()).toBe('404 not_found');
    const again = await open(gateway, grant, await broker.sessionOf('engineer'));
    expect((await gateway(`${SESSIONS}/token`, again)).status).toBe(200);
  });
});

test('a browser ends with its grant, and so does a code that was not exchanged: nothing of them is left', async () => {
  const gateway = await enrol();
  const { grant } = await makeGrant(broker);
  const cookie = await broker.sessionOf('engineer');
  const session = await open(gateway, grant, cookie);
  const exchange = await code(grant, cookie);
  expect((await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/release`)).status).toBe(200);
  // Not 409 `grant_not_active`, which the broker says about a session that it still stores.
  expect(codeOf(await gateway(`${SESSIONS}/token`, session))).toBe('404 not_found');
  expect(codeOf(await gateway(SESSIONS, exchange))).toBe('404 not_found');
});

onlyInSoak(() => {
  test('a gateway releases a grant only by a session of it, and the release names the engineer; also after a sign-out', async () => {
    const gateway = await enrol();
    const others = [await enrol({ tenants: ['globex'] }), await enrol({ services: ['reports'] })];
    const { grant } = await makeGrant(broker);
    const cookie = await broker.sessionOf('engineer');
    const session = await open(gateway, grant, cookie);
    const path = `${SESSIONS}/release`;
    expect(codeOf(await gateway(path, session, false))).toBe('403 forbidden');
    for (const other of others) expect(codeOf(await other(path, session))).toBe('404 not_found');
    expect(codeOf(await gateway(path, { ...session, service: 'reports' }))).toBe('404 not_found');
    const forged = { ...session, session: session.session.replace(/.{8}$/, 'AAAAAAAA') };
    expect(codeOf(await gateway(path, forged))).toBe('404 not_found');
    const unused = await code(grant, cookie);
    expect(codeOf(await gateway(path, { session: unused.code ?? '', service: 'billing' }))).toBe(
      '404 not_found',
    );

    expect((await broker.page(cookie, 'DELETE', '/api/v1/session')).status).toBe(204);
    expect((await gateway(path, session)).status).toBe(204);
    const { body } = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
    const ended = body as Record<string, string>;
    expect([ended['endReason'], ended['endedBy']]).toEqual(['released', ended['requester']]);
    expect(codeOf(await gateway(path, session))).toBe('404 not_found');
  });
});

test('a gateway gets sessions and tokens only with its key, for its services and tenants, and with the whole secret', async () => {
  const gateway = await enrol();
  const others = [await enrol({ tenants: ['globex'] }), await enrol({ services: ['reports'] })];
  const { grant } = await makeGrant(broker);
  const cookie = await broker.sessionOf('engineer');
  const exchange = await code(grant, cookie);
  expect(codeOf(await gateway(SESSIONS, exchange, false))).toBe('403 forbidden');
  for (const other of others) expect(codeOf(await other(SESSIONS, exchange))).toBe('404 not_found');
  expect(codeOf(await gateway(SESSIONS, { ...exchange, service: 'reports' }))).toBe('404 not_found');
  const stranger = { ...exchange, verifier: randomBytes(32).toString('base64url') };
  expect(codeOf(await gateway(SESSIONS, stranger))).toBe('404 not_found');
  // None of that has used the code up.
  const { body } = await gateway(SESSIONS, exchange);
  const request = { session: (body as { session: string }).session, service: 'billing' };
  expect(codeOf(await gateway(SESSIONS, exchange))).toBe('404 not_found');

  const token = `${SESSIONS}/token`;
  expect(codeOf(await gateway(token, request, false))).toBe('403 forbidden');
  for (const other of others) expect(codeOf(await other(token, request))).toBe('404 not_found');
  const forged = { ...request, session: request.session.replace(/.{8}$/, 'AAAAAAAA') };
  expect(codeOf(await gateway(token, forged))).toBe('404 not_found');
  expect(codeOf(await gateway(token, { session: exchange.code, service: 'billing' }))).toBe('404 not_found');
  expect(await gateway(token, request)).toMatchObject({ status: 200, body: { expiresIn: 300 } });
});

onlyInSoak(() => {
  test('a browser that names no page begins at the first one that the grant covers', async () => {
    const { grant } = await makeGrant(broker);
    const cookie = await broker.sessionOf('engineer');
    const start = async (body: object) => {
      const challenge = createHash('sha256').update('a verifier').digest('base64url');
      const path = `/api/v1/grants/${grant}/browser-sessions`;
      const answer = await broker.page(cookie, 'POST', path, { body: { challenge, ...body } });
      return new URL((answer.body as { location: string }).location).searchParams.get('to');
    };
    expect(await start({})).toBe('/tenants/acme/invoices');
    expect(await start({ to: '/' })).toBe('/tenants/acme/invoices');
    expect(await start({ to: '/tenants/acme/invoices/8812' })).toBe('/tenants/acme/invoices/8812');
  });
});
