import { randomUUID } from 'node:crypto';
import { SCIM_SCHEMAS } from '@countersign/api';
import { LIFT_TYPE, type LiftStatement, STOP_TYPE, type StopStatement } from '@countersign/contract';
import { ask } from '../../factories/ask.js';
import type { PersonName } from '../../factories/organisation.js';
import { AT, LOG_POINT, sampleTrust } from '../../factories/trust.js';
import { Authenticator } from '../../support/authenticator.js';
import { expectStatus, makeGrant, makeRequest, mintToken, type RequestBody, review } from '../story.js';
import { type Callers, type Refused, reuseKey } from './generic-refusals.js';
import {
  aTarget,
  countered,
  INVITATIONS,
  invitation,
  invited,
  legalHold,
  newcomer,
  ofDemand,
  wideningOf,
} from './matrix-rows.js';

/** Codes that one part of the broker gives to every endpoint alike, and the spec that shows it. */
export const IN_ONE_PLACE = {
  internal_error: 'apps/broker/src/http/problem.spec.ts',
  not_ready: 'apps/broker/src/http/problem.spec.ts',
} as const;

type Call = (callers: Callers) => Promise<Refused>;

const NO_ONE = '00000000-0000-7000-8000-000000000000';
const ACME = '/api/v1/tenants/acme';

/** A call with an API key. */
const call = ({ broker }: Callers, who: PersonName, method: string, path: string, body?: unknown) =>
  broker.call(who, method, path, body === undefined ? {} : { body });

/** The last of the same calls. */
async function again(callers: Callers, who: PersonName, method: string, path: string, body?: unknown) {
  expect((await call(callers, who, method, path, body)).status).toBeLessThan(300);
  return call(callers, who, method, path, body);
}

/** The first call that is refused, of up to a hundred. */
async function untilRefused(callers: Callers, who: PersonName, method: string, path: string, body: unknown) {
  for (let count = 0; count < 100; count += 1) {
    const answer = await call(callers, who, method, path, body);
    if (answer.status >= 400) return answer;
  }
  throw new Error(`${method} ${path} is never refused`);
}

/** A call from a browser. */
const page = async (callers: Callers, who: PersonName, method: string, path: string, body?: unknown) =>
  callers.broker.fetch(method, path, {
    ...(body === undefined ? {} : { body }),
    headers: await callers.signedIn(who),
  });

const denied = async ({ broker }: Callers): Promise<RequestBody> => {
  const request = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', request, 'deny'), 201);
  return request;
};
/** A request whose engineer has been asked something. */
const questioned = async (callers: Callers): Promise<RequestBody> => {
  const request = await makeRequest(callers.broker);
  expectStatus(await onRequest('questions', 'reviewer', request, { text: 'why?' })(callers), 201);
  return request;
};
const onRequest =
  (part: string, who: PersonName, { id }: { id: string }, body?: unknown) =>
  (callers: Callers) =>
    call(
      callers,
      who,
      part === 'statement' && body === undefined ? 'GET' : 'POST',
      `/api/v1/requests/${id}/${part}`,
      body,
    );
const released = async (callers: Callers): Promise<string> => {
  const { grant } = await makeGrant(callers.broker);
  expectStatus(await call(callers, 'engineer', 'POST', `/api/v1/grants/${grant}/release`), 200);
  return grant;
};
const afterRelease =
  (part: string, who: PersonName, body?: unknown): Call =>
  async (callers) =>
    call(callers, who, 'POST', `/api/v1/grants/${await released(callers)}/${part}`, body);
const withdrawnWidening = async (callers: Callers): Promise<string> => {
  const { path } = await wideningOf(callers.broker);
  expectStatus(await call(callers, 'tenantAdmin', 'DELETE', path), 200);
  return path;
};
const signature = {
  statement: { type: 'countersign/stop/v1' },
  credential: 'A'.repeat(22),
  authenticatorData: '',
  clientDataJSON: '',
  signature: 'A'.repeat(86),
};

const DIGEST = `sha256:${'0'.repeat(64)}`;
/** A stop of a tenant that does not exist, signed with a passkey. */
function stopOf({ broker }: Callers): StopStatement {
  const at = (seconds: number) =>
    new Date(broker.clock.now().getTime() + seconds * 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    ...{ type: STOP_TYPE, deployment: broker.host.store.deployment, tenant: 'nowhere' },
    ...{ person: broker.persons.approver, nonce: Buffer.alloc(32, 1).toString('base64url') },
    ...{ notBefore: at(-1), notAfter: at(60), trust: DIGEST, log: LOG_POINT },
  };
}
const signedStop = (callers: Callers) => ({
  countersignature: new Authenticator().sign(stopOf(callers), AT),
});

const scim = (
  { broker, client }: Callers,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) =>
  broker.fetch(method, `/scim/v2/${path}`, {
    ...(body === undefined ? {} : { body }),
    headers: { authorization: client, 'content-type': 'application/scim+json', ...headers },
  });
const user = () => ({ schemas: [SCIM_SCHEMAS.user], userName: `${randomUUID()}@globex.example` });
const group = () => ({ schemas: [SCIM_SCHEMAS.group], displayName: randomUUID() });
const patch = (path: string, value: unknown) => ({
  schemas: [SCIM_SCHEMAS.patchOp],
  Operations: [{ op: 'replace', path, value }],
});
const created = async (callers: Callers, type: 'Users' | 'Groups') => {
  const body = type === 'Users' ? user() : group();
  const { id } = expectStatus(await scim(callers, 'POST', type, body), 201).body as { id: string };
  return { path: `${type}/${id}`, body };
};
const outdated =
  (type: 'Users' | 'Groups', method: string): Call =>
  async (callers) => {
    const { path, body } = await created(callers, type);
    const sent = method === 'PUT' ? body : patch(type === 'Users' ? 'externalId' : 'displayName', 'other');
    return scim(callers, method, path, method === 'DELETE' ? undefined : sent, { 'if-match': 'W/"old"' });
  };
const createdTwice =
  (type: 'Users' | 'Groups'): Call =>
  async (callers) =>
    scim(callers, 'POST', type, (await created(callers, type)).body);

/** How an endpoint is brought to a refusal that the generic calls do not reach. */
export const CALLS: Readonly<Record<`${string} → ${number} ${string}`, Call>> = {
  'POST /api/v1/requests → 422 request_refused': (callers) =>
    call(callers, 'engineer', 'POST', '/api/v1/requests', ask({ service: 'nothing' })),
  'POST /api/v1/requests/{id}/acceptance → 409 already_decided': async (callers) => {
    const { path, body } = await countered(callers.broker);
    return again(callers, 'engineer', 'POST', path, body);
  },
  'POST /api/v1/requests/{id}/acceptance → 409 wrong_state': async (callers) => {
    const request = await makeRequest(callers.broker);
    return onRequest('acceptance', 'engineer', request, { digest: request.digest })(callers);
  },
  'POST /api/v1/requests/{id}/acceptance → 409 digest_mismatch': async (callers) => {
    const { path } = await countered(callers.broker);
    return call(callers, 'engineer', 'POST', path, { digest: 'sha256:other' });
  },
  'POST /api/v1/requests/{id}/answers → 400 reason_required': async (callers) =>
    onRequest('answers', 'engineer', await questioned(callers), { text: ' ' })(callers),
  'POST /api/v1/requests/{id}/answers → 409 already_decided': async (callers) =>
    onRequest('answers', 'engineer', await denied(callers), { text: 'because' })(callers),
  'POST /api/v1/requests/{id}/answers → 409 wrong_state': async (callers) =>
    onRequest('answers', 'engineer', await makeRequest(callers.broker), { text: 'because' })(callers),
  'POST /api/v1/requests/{id}/answers → 422 idempotency_key_reused': async (callers) => {
    const { id } = await questioned(callers);
    return reuseKey(callers.broker, 'engineer', {
      path: `/api/v1/requests/${id}/answers`,
      body: { text: 'because' },
    });
  },
  'POST /api/v1/requests/{id}/cancel → 409 already_decided': async (callers) =>
    onRequest('cancel', 'engineer', await denied(callers))(callers),
  'POST /api/v1/requests/{id}/forwards → 403 self_review': async (callers) => {
    const request = await makeRequest(callers.broker, 'engineerAndReviewer');
    return onRequest('forwards', 'engineerAndReviewer', request, { to: callers.broker.persons.reviewer })(
      callers,
    );
  },
  'POST /api/v1/requests/{id}/forwards → 409 already_decided': async (callers) => {
    const to = callers.broker.persons.engineerAndReviewer;
    return onRequest('forwards', 'reviewer', await denied(callers), { to })(callers);
  },
  'POST /api/v1/requests/{id}/forwards → 409 wrong_state': async (callers) => {
    const to = callers.broker.persons.secondApprover;
    return onRequest('forwards', 'approver', await makeRequest(callers.broker), { to })(callers);
  },
  'POST /api/v1/requests/{id}/forwards → 422 idempotency_key_reused': async (callers) => {
    const { id } = await makeRequest(callers.broker);
    return reuseKey(callers.broker, 'reviewer', {
      path: `/api/v1/requests/${id}/forwards`,
      body: { to: callers.broker.persons.engineerAndReviewer },
    });
  },
  'POST /api/v1/requests/{id}/questions → 400 reason_required': async (callers) =>
    onRequest('questions', 'reviewer', await makeRequest(callers.broker), { text: ' ' })(callers),
  'POST /api/v1/requests/{id}/questions → 403 self_review': async (callers) => {
    const request = await makeRequest(callers.broker, 'engineerAndReviewer');
    return onRequest('questions', 'engineerAndReviewer', request, { text: 'why?' })(callers);
  },
  'POST /api/v1/requests/{id}/questions → 409 already_decided': async (callers) =>
    onRequest('questions', 'reviewer', await denied(callers), { text: 'why?' })(callers),
  'POST /api/v1/requests/{id}/questions → 409 wrong_state': async (callers) =>
    onRequest('questions', 'approver', await makeRequest(callers.broker), { text: 'why?' })(callers),
  'POST /api/v1/requests/{id}/reviews → 400 reason_required': async (callers) => {
    const request = await makeRequest(callers.broker);
    return onRequest('reviews', 'reviewer', request, { decision: 'deny', digest: request.digest })(callers);
  },
  'POST /api/v1/requests/{id}/reviews → 403 self_review': async ({ broker }) =>
    review(broker, 'engineer', await makeRequest(broker)),
  'POST /api/v1/requests/{id}/reviews → 409 already_decided': async (callers) =>
    review(callers.broker, 'reviewer', await denied(callers)),
  'POST /api/v1/requests/{id}/reviews → 409 digest_mismatch': async ({ broker }) =>
    review(broker, 'reviewer', { ...(await makeRequest(broker)), digest: 'sha256:other' }),
  'POST /api/v1/requests/{id}/reviews → 409 wrong_state': async ({ broker }) =>
    review(broker, 'approver', await makeRequest(broker)),
  'GET /api/v1/requests/{id}/statement → 404 not_found': (callers) =>
    call(callers, 'approver', 'GET', `/api/v1/requests/req_${NO_ONE}/statement`),
  'POST /api/v1/requests/{id}/statement → 404 not_found': async (callers) => {
    const { terms } = await makeRequest(callers.broker);
    return call(callers, 'approver', 'POST', `/api/v1/requests/req_${NO_ONE}/statement`, { terms });
  },
  'GET /api/v1/requests/{id}/statement → 409 already_decided': async (callers) =>
    onRequest('statement', 'approver', await denied(callers))(callers),
  'POST /api/v1/requests/{id}/statement → 409 already_decided': async (callers) => {
    const request = await denied(callers);
    const terms = { ...(request['terms'] as object), parent: request.digest, seconds: 60 };
    return onRequest('statement', 'approver', request, { terms })(callers);
  },

  'POST /api/v1/grants/{id}/browser-sessions → 409 grant_not_active': afterRelease(
    'browser-sessions',
    'engineer',
    {
      challenge: 'A'.repeat(43),
    },
  ),
  'POST /api/v1/grants/{id}/browser-sessions → 409 conflict': async (callers) => {
    const { grant } = await makeGrant(callers.broker);
    const body = { challenge: 'A'.repeat(43) };
    return call(callers, 'engineer', 'POST', `/api/v1/grants/${grant}/browser-sessions`, body);
  },
  'POST /api/v1/grants/{id}/extension → 409 grant_not_active': afterRelease('extension', 'engineer', {
    duration: 'PT15M',
    justification: 'not done yet',
  }),
  'POST /api/v1/grants/{id}/extension → 422 request_refused': async (callers) => {
    const { grant } = await makeGrant(callers.broker);
    const body = { duration: 'PT10H', justification: 'not done yet' };
    return call(callers, 'engineer', 'POST', `/api/v1/grants/${grant}/extension`, body);
  },
  'POST /api/v1/grants/{id}/release → 409 grant_not_active': afterRelease('release', 'engineer'),
  'POST /api/v1/grants/{id}/resumption → 409 grant_not_active': afterRelease('resumption', 'approver'),
  'POST /api/v1/grants/{id}/resumption → 409 conflict': async (callers) => {
    const { grant } = await makeGrant(callers.broker);
    return call(callers, 'approver', 'POST', `/api/v1/grants/${grant}/resumption`);
  },
  'POST /api/v1/grants/{id}/revocation → 409 grant_not_active': afterRelease('revocation', 'approver', {
    reason: 'enough',
  }),
  'POST /api/v1/grants/{id}/tokens → 409 grant_not_active': afterRelease('tokens', 'engineer'),
  'POST /oauth/revoke → 404 not_found': async (callers) => {
    const { grant } = await makeGrant(callers.broker);
    const { access_token: token } = await mintToken(callers.broker, grant);
    return callers.broker.call('otherEngineer', 'POST', '/oauth/revoke', {
      raw: String(new URLSearchParams({ token })),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  },

  'POST /api/v1/demands/{id}/steps → 409 wrong_state': async (callers) => {
    const body = { action: 'redirected', outcome: 'accepted', reason: 'sent to acme' };
    const { path } = await ofDemand('/steps')(callers.broker);
    return again(callers, 'legal', 'POST', path, body);
  },
  'POST /api/v1/demands/{id}/documents → 409 conflict': async (callers) => {
    const body = { name: 'order.pdf', content: Buffer.from('order').toString('base64'), reason: 'the order' };
    const { path } = await ofDemand('/documents')(callers.broker);
    return again(callers, 'legal', 'POST', path, body);
  },
  'POST /api/v1/locks → 404 not_found': (callers) =>
    call(callers, 'securityAdmin', 'POST', '/api/v1/locks', {
      kind: 'tenant',
      name: 'nowhere',
      reason: 'test',
    }),
  'GET /api/v1/standing → 404 not_found': (callers) =>
    call(callers, 'approver', 'GET', '/api/v1/standing?tenant=globex'),
  'POST /api/v1/session/passkey/options → 409 wrong_state': (callers) =>
    page(callers, 'approver', 'POST', '/api/v1/session/passkey/options'),
  'POST /api/v1/session/passkey → 409 wrong_state': (callers) =>
    page(callers, 'approver', 'POST', '/api/v1/session/passkey', { countersignature: signature }),

  'POST /api/v1/tenants/{slug}/erasures → 409 too_recent': async (callers) => {
    await makeRequest(callers.broker);
    const { body } = await call(callers, 'tenantAdmin', 'GET', `${ACME}/events?limit=1`);
    const leaf = (body as { items: { index: number }[] }).items[0]?.index;
    return call(callers, 'tenantAdmin', 'POST', `${ACME}/erasures`, { leaf, fields: ['justification'] });
  },
  'POST /api/v1/tenants/{slug}/erasures → 404 not_found': (callers) =>
    call(callers, 'tenantAdmin', 'POST', `${ACME}/erasures`, { leaf: 999_999, fields: ['justification'] }),
  'POST /api/v1/tenants/{slug}/export-targets → 409 conflict': (callers) =>
    untilRefused(callers, 'tenantAdmin', 'POST', `${ACME}/export-targets`, aTarget),
  'POST /api/v1/tenants/{slug}/invitations → 422 request_refused': (callers) =>
    call(callers, 'approver', 'POST', INVITATIONS, { ...invitation(), service: 'nothing' }),
  'POST /api/v1/tenants/{slug}/invitations/statement → 422 request_refused': (callers) =>
    call(callers, 'approver', 'POST', `${INVITATIONS}/statement`, { ...invitation(), service: 'nothing' }),
  'DELETE /api/v1/tenants/{slug}/invitations/{id} → 409 wrong_state': async (callers) =>
    again(callers, 'approver', 'DELETE', (await invited(callers.broker)).path),
  'POST /api/v1/tenants/{slug}/legal-hold → 409 wrong_state': async (callers) => {
    const { path, body } = await legalHold(callers.broker, 'DELETE');
    return again(callers, 'tenantAdmin', 'POST', path, body);
  },
  'GET /api/v1/tenants/{slug}/stops/statement → 409 wrong_state': (callers) =>
    call(callers, 'approver', 'GET', `${ACME}/stops/statement`),
  'POST /api/v1/tenants/{slug}/stops → 404 not_found': (callers) =>
    page(callers, 'approver', 'POST', '/api/v1/tenants/nowhere/stops', signedStop(callers)),
  'POST /api/v1/tenants/{slug}/lifts → 404 not_found': (callers) => {
    const lift: LiftStatement = { ...stopOf(callers), type: LIFT_TYPE, stop: DIGEST };
    const body = { countersignature: new Authenticator().sign(lift, AT) };
    return page(callers, 'approver', 'POST', '/api/v1/tenants/nowhere/lifts', body);
  },
  'POST /api/v1/tenants/{slug}/trust/proposals/{id}/signatures → 404 not_found': (callers) => {
    const key = new Authenticator();
    const document = sampleTrust({ [callers.broker.persons.approver]: [key] }, { tenant: 'acme' });
    const body = { signature: key.sign(document, AT) };
    return page(callers, 'approver', 'POST', `${ACME}/trust/proposals/prp_${NO_ONE}/signatures`, body);
  },
  'GET /api/v1/tenants/{slug}/trust/draft → 409 conflict': (callers) =>
    call(callers, 'approver', 'GET', `${ACME}/trust/draft`),
  'DELETE /api/v1/tenants/{slug}/trust/reset → 409 wrong_state': (callers) =>
    page(callers, 'tenantAdmin', 'DELETE', `${ACME}/trust/reset`),
  'POST /api/v1/tenants/{slug}/people → 409 conflict': (callers) =>
    again(callers, 'tenantAdmin', 'POST', `${ACME}/people`, newcomer()),
  'PATCH /api/v1/tenants/{slug}/people/{id} → 409 conflict': ({ broker }) =>
    broker.call('foreignAdmin', 'PATCH', `/api/v1/tenants/globex/people/${broker.persons.foreignAdmin}`, {
      body: { roles: ['auditor'] },
    }),
  'DELETE /api/v1/tenants/{slug}/people/{id} → 409 conflict': ({ broker }) =>
    broker.call('foreignAdmin', 'DELETE', `/api/v1/tenants/globex/people/${broker.persons.foreignAdmin}`),
  'POST /api/v1/tenants/{slug}/practices → 409 conflict': async (callers) => {
    await call(callers, 'approver', 'POST', `${ACME}/practices`);
    return call(callers, 'approver', 'POST', `${ACME}/practices`);
  },
  'PUT /api/v1/tenants/{slug}/privacy-controls → 409 conflict': async (callers) => {
    const { body } = await call(callers, 'tenantAdmin', 'GET', `${ACME}/privacy-controls`);
    return call(callers, 'tenantAdmin', 'PUT', `${ACME}/privacy-controls`, {
      ...(body as object),
      version: `pcv_${NO_ONE}`,
    });
  },
  'GET /api/v1/tenants/{slug}/transparency-reports/{period} → 404 not_found': (callers) =>
    call(callers, 'approver', 'GET', '/api/v1/tenants/globex/transparency-reports/2020-H1'),
  'GET /api/v1/tenants/{slug}/transparency-reports/{period}/report.csv → 404 not_found': (callers) =>
    call(callers, 'approver', 'GET', '/api/v1/tenants/globex/transparency-reports/2020-H1/report.csv'),
  'DELETE /api/v1/tenants/{slug}/widenings/{id} → 409 wrong_state': async (callers) =>
    call(callers, 'tenantAdmin', 'DELETE', await withdrawnWidening(callers)),
  'GET /api/v1/tenants/{slug}/widenings/{id}/statement → 409 wrong_state': async (callers) =>
    call(callers, 'approver', 'GET', `${await withdrawnWidening(callers)}/statement`),
  'POST /api/v1/tenants/{slug}/widenings/{id}/confirmation → 409 wrong_state': async (callers) =>
    call(callers, 'approver', 'POST', `${await withdrawnWidening(callers)}/confirmation`, {}),

  'POST /auth/code/verify → 401 unauthenticated': ({ broker }) =>
    broker.page(null, 'POST', '/auth/code/verify', { body: { code: 'ABCD-EFGH' } }),
  'POST /auth/cli/token → 401 unauthenticated': ({ broker }) =>
    broker.fetch('POST', '/auth/cli/token', { body: { code: 'x', verifier: 'A'.repeat(43) } }),

  'POST /gateway/v1/browser-sessions → 404 not_found': (callers) =>
    callers.fromGateway('/gateway/v1/browser-sessions', {
      ...{ code: `grt_${NO_ONE}.${'A'.repeat(43)}`, verifier: 'A'.repeat(43), service: 'billing' },
    }),
  'POST /gateway/v1/browser-sessions/token → 404 not_found': (callers) =>
    callers.fromGateway('/gateway/v1/browser-sessions/token', {
      session: `grt_${NO_ONE}.${'A'.repeat(43)}`,
      service: 'billing',
    }),
  'POST /gateway/v1/browser-sessions/release → 404 not_found': (callers) =>
    callers.fromGateway('/gateway/v1/browser-sessions/release', {
      session: `grt_${NO_ONE}.${'A'.repeat(43)}`,
      service: 'billing',
    }),
  'POST /gateway/v1/identity → 409 already_registered': async (callers) => {
    const { bearer } = await callers.broker.enrolGateway(`identity-${randomUUID()}`);
    const register = (byte: number) =>
      callers.broker.fetch('POST', '/gateway/v1/identity', {
        body: { publicKey: Buffer.alloc(32, byte).toString('base64url') },
        headers: { authorization: bearer },
      });
    expectStatus(await register(1), 204);
    return register(2);
  },
  'POST /gateway/v1/stops → 404 not_found': (callers) =>
    callers.fromGateway('/gateway/v1/stops', signedStop(callers)),
  'POST /gateway/v1/leases → 404 not_found': (callers) =>
    callers.fromGateway('/gateway/v1/leases', lease(`grt_${NO_ONE}`)),
  'POST /gateway/v1/leases → 409 grant_not_active': async (callers) =>
    callers.fromGateway('/gateway/v1/leases', lease(await released(callers))),

  'POST /scim/v2/Users → 409 conflict': createdTwice('Users'),
  'PUT /scim/v2/Users/{id} → 404 not_found': (callers) => scim(callers, 'PUT', `Users/usr_${NO_ONE}`, user()),
  'PATCH /scim/v2/Users/{id} → 404 not_found': (callers) =>
    scim(callers, 'PATCH', `Users/usr_${NO_ONE}`, patch('externalId', 'x')),
  'PUT /scim/v2/Users/{id} → 412 precondition_failed': outdated('Users', 'PUT'),
  'PATCH /scim/v2/Users/{id} → 412 precondition_failed': outdated('Users', 'PATCH'),
  'DELETE /scim/v2/Users/{id} → 412 precondition_failed': outdated('Users', 'DELETE'),
  'POST /scim/v2/Groups → 409 conflict': createdTwice('Groups'),
  'PUT /scim/v2/Groups/{id} → 404 not_found': (callers) =>
    scim(callers, 'PUT', `Groups/grp_${NO_ONE}`, group()),
  'PATCH /scim/v2/Groups/{id} → 404 not_found': (callers) =>
    scim(callers, 'PATCH', `Groups/grp_${NO_ONE}`, patch('displayName', 'x')),
  'PUT /scim/v2/Groups/{id} → 412 precondition_failed': outdated('Groups', 'PUT'),
  'PATCH /scim/v2/Groups/{id} → 412 precondition_failed': outdated('Groups', 'PATCH'),
  'DELETE /scim/v2/Groups/{id} → 412 precondition_failed': outdated('Groups', 'DELETE'),
};

function lease(grant: string) {
  const used = { calls: 0, bytes: 0 };
  return { grant, boot: randomUUID(), turn: 1, used, wish: { calls: 10, bytes: 1_000 } };
}
