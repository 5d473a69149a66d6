/** @soak */

import { checkCountersigned, nodeCountersignPorts, type PinnedTrust } from '@countersign/authorization';
import {
  type ApprovalStatement,
  type Signature,
  type Statement,
  type StopStatement,
  statementHash,
  type Terms,
  toInstant,
} from '@countersign/contract';
import { AT } from '../../factories/trust.js';
import type { Ceremony } from '../../support/authenticator.js';
import { claim, draftOf, propose, signProposal, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { onlyInSoak } from '../../support/samples.js';
import type { Engine } from '../filled-database.js';
import { enginesOf, TestBroker } from '../harness.js';
import {
  codeOf,
  expectStatus,
  makeRequest,
  mintToken,
  type RequestBody,
  readRequest,
  review,
} from '../story.js';

type ToSign<S extends Statement = ApprovalStatement> = { statement: S; terms: Terms };
type Listed = { items: { type: string; data: Record<string, unknown> }[] };
const UPDATE = { scope: [{ resource: 'invoices/*', actions: ['update'] }] };

let broker: TestBroker;
let ada: Customer;
let bob: Customer;
const start = async (engine: Engine) => {
  broker = await TestBroker.start({ engine });
  ada = await Customer.of(broker, 'approver');
  bob = await Customer.of(broker, 'secondApprover');
};
const close = () => broker.close();

const ofRequest = ({ id }: Pick<RequestBody, 'id'>, rest: string) => `/api/v1/requests/${id}/${rest}`;
const statementOf = (by: Customer, request: RequestBody, query = '') =>
  by.ask<ToSign>('GET', ofRequest(request, `statement${query}`));
const decide = (by: Customer, request: RequestBody, more: Record<string, unknown>) =>
  by.call('POST', ofRequest(request, 'reviews'), { decision: 'approve', digest: request.digest, ...more });
const approve = async (by: Customer, request: RequestBody) => {
  const { statement } = await statementOf(by, request);
  return decide(by, request, { countersignature: by.key.sign(statement, AT) });
};
/** A request that waits for the customer. */
const waiting = async (change: Record<string, unknown> = UPDATE) => {
  const request = await makeRequest(broker, 'engineer', change);
  expectStatus(await review(broker, 'reviewer', request), 201);
  return request;
};
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
/** Verifies the token as a gateway that has pinned this tenant. Returns the refusal, or undefined. */
const verifyAtGateway = async (token: string) => {
  const { document, chain } = await trustOf(ada);
  if (document === null) throw new Error('the tenant is unclaimed');
  const hash = statementHash(nodeCountersignPorts.hashing, document);
  const trust: PinnedTrust = { document, hash, versions: new Set(chain.map((each) => each.hash)) };
  const { authorization_details, ...claims } = claimsOf(token);
  return checkCountersigned(
    { ...claims, terms: authorization_details[0].terms },
    trust,
    nodeCountersignPorts,
  );
};

describe.each(enginesOf('SQLite'))('decisions of a claimed tenant on %s', (engine) => {
  beforeAll(async () => {
    await start(engine);
    await claim([ada, bob]);
  });
  afterAll(close);

  test('P12: an approval signs exactly what is granted, and the token carries the signature to every gateway', async () => {
    const request = await waiting();
    expect(request['needs']).toMatchObject({
      customer: { required: 1, countersignature: true, channels: ['web'] },
      risk: { level: 'high' },
    });
    const { statement, terms } = await statementOf(ada, request);
    const { trust } = await trustOf(ada);
    expect(statement).toMatchObject({ digest: request.digest, decision: 'approve', person: ada.id, trust });
    expect(terms).toEqual(request['terms']);
    const countersignature = ada.key.sign(statement, AT);
    const { body } = expectStatus(await decide(ada, request, { countersignature }), 201);
    expect(body).toMatchObject({ assurance: 'passkey', channel: 'web' });
    const { grant, countersignatures } = await readRequest(broker, request.id);
    expect(countersignatures).toEqual([countersignature]);
    const { access_token: token } = await mintToken(broker, String(grant));
    expect(claimsOf(token).countersignatures).toEqual([countersignature]);
    expect(await verifyAtGateway(token)).toBeUndefined();
    const shown = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
    expect(shown.body).toMatchObject({ countersignedBy: [ada.id] });
    const events = (await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=200'))
      .body as Listed;
    const reviewed = events.items.find(
      ({ type, data }) => type === 'request.reviewed' && data['side'] === 'customer',
    );
    expect(reviewed?.data).toMatchObject({ assurance: 'passkey', countersignature });
  });

  onlyInSoak(() => {
    test('P12: the signed statement must match the decision in every member', async () => {
      const [request, other] = [await waiting(), await waiting()];
      const { statement } = await statementOf(ada, request);
      const { trust: _trust, ...untrusted } = statement;
      const theirs = (await statementOf(bob, request)).statement;
      const deny = (await statementOf(ada, request, '?decision=deny')).statement;
      for (const signed of [
        (await statementOf(ada, other)).statement,
        theirs,
        deny,
        untrusted,
        { ...statement, trust: `sha256:${'0'.repeat(64)}` },
        { ...statement, tenant: 'globex' },
        { ...statement, deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000001' },
        { ...statement, notAfter: '2099-01-01T00:00:00Z' },
        { ...statement, notBefore: '2020-01-01T00:00:00Z' },
        { ...statement, log: { ...statement.log, size: 1_000_000 } },
      ] as ApprovalStatement[]) {
        const sent = await decide(ada, request, { countersignature: ada.key.sign(signed, AT) });
        expect([codeOf(sent), signed]).toEqual(['400 invalid_request', signed]);
      }
      const wrong: [Signature, Partial<Ceremony>?][] = [
        [bob.key.sign(statement, AT)],
        [ada.key.sign(statement, { ...AT, flags: 0x01 })],
        [ada.key.sign(statement, { ...AT, origin: 'https://localhost' })],
        [ada.key.sign(statement, { ...AT, rpId: 'example.com' })],
        [ada.key.sign(statement, { ...AT, challenge: new Uint8Array(32) })],
        [ada.key.sign(statement, { ...AT, clientData: { crossOrigin: true } })],
      ];
      for (const [countersignature] of wrong)
        expect(codeOf(await decide(ada, request, { countersignature }))).toBe('400 invalid_request');
      const mailed = await Customer.of(broker, 'approver', { assurance: 'mail-code' });
      const signed = { countersignature: ada.key.sign(statement, AT) };
      expect(codeOf(await decide(mailed, request, signed))).toBe('403 forbidden');
      expect((await decide(ada, request, signed)).status).toBe(201);
      expect(codeOf(await decide(ada, request, signed))).toBe('409 already_decided');
    });

    test('a denial may be signed, but need not be', async () => {
      const [first, second] = [await waiting(), await waiting()];
      const { statement } = await statementOf(ada, first, '?decision=deny');
      const signed = { decision: 'deny', reason: 'no', countersignature: ada.key.sign(statement, AT) };
      expect((await decide(ada, first, signed)).body).toMatchObject({ assurance: 'passkey' });
      expect((await decide(bob, second, { decision: 'deny', reason: 'no' })).body).toMatchObject({
        assurance: 'oidc',
      });
      expect(await readRequest(broker, second.id)).toMatchObject({ countersignatures: [] });
    });
  });

  test('P12: a counter-offer is signed over its own terms, which are granted when the engineer accepts', async () => {
    const request = await waiting();
    const terms = { ...(request['terms'] as Terms), parent: request.digest, seconds: 600 };
    const path = ofRequest(request, 'statement');
    const { statement } = await ada.ask<ToSign>('POST', path, { terms });
    expect(statement.digest).not.toBe(request.digest);
    const bare = await decide(ada, request, { decision: 'counter', terms });
    expect(codeOf(bare)).toBe('403 countersignature_required');
    const wrong = ada.key.sign((await statementOf(ada, request)).statement, AT);
    const over = await decide(ada, request, { decision: 'counter', terms, countersignature: wrong });
    expect(codeOf(over)).toBe('400 invalid_request');
    const countersignature = ada.key.sign(statement, AT);
    expectStatus(await decide(ada, request, { decision: 'counter', terms, countersignature }), 201);
    const accepted = await broker.call('engineer', 'POST', ofRequest(request, 'acceptance'), {
      body: { digest: statement.digest },
    });
    const { grant } = accepted.body as RequestBody;
    const { access_token } = await mintToken(broker, String(grant));
    expect(await verifyAtGateway(access_token)).toBeUndefined();
  });
});

// Each test has a broker of its own, because it claims the tenant in its own way or not at all, or changes its trust.
describe.each(enginesOf('SQLite'))('countersigned decisions on %s', (engine) => {
  beforeEach(() => start(engine));
  afterEach(close);

  test('P12: after the claim every action needs a countersignature, except those that the document exempts', async () => {
    await claim([ada], { countersign: { exceptActions: ['list'] } });
    const read = await waiting({ scope: [{ resource: 'invoices/*', actions: ['read'] }] });
    expect(codeOf(await decide(ada, read, {}))).toBe('403 countersignature_required');
    expect(codeOf(await review(broker, 'approver', read))).toBe('403 channel_not_allowed');
    const list = await waiting({ scope: [{ resource: 'invoices', actions: ['list'] }] });
    // The vendor's host made this key, before the claim.
    expect(codeOf(await review(broker, 'approver', list))).toBe('403 forbidden');
    expectStatus(await decide(ada, list, {}), 201);
    const { grant } = await readRequest(broker, list.id);
    const { access_token } = await mintToken(broker, String(grant));
    expect(claimsOf(access_token).countersignatures).toBeUndefined();
    const { body } = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
    expect(body).toMatchObject({ countersignedBy: [] });
  });

  onlyInSoak(() => {
    test('an API key never satisfies a countersign rule, not even with a signature of its own person', async () => {
      await ada.enrol();
      const signed = await waiting();
      const { statement } = await statementOf(ada, signed);
      const byKey = (path: string, body: unknown) => broker.call('approver', 'POST', path, { body });
      const countersignature = ada.key.sign(statement, AT);
      const body = { decision: 'approve', digest: signed.digest };
      for (const more of [{}, { countersignature }])
        expect(codeOf(await byKey(ofRequest(signed, 'reviews'), { ...body, ...more }))).toBe(
          '403 channel_not_allowed',
        );
      const terms = { ...(signed['terms'] as Terms), parent: signed.digest, seconds: 600 };
      const counter = await byKey(ofRequest(signed, 'reviews'), { ...body, decision: 'counter', terms });
      expect(codeOf(counter)).toBe('403 channel_not_allowed');
      const until = toInstant(new Date(broker.clock.now().getTime() + 3_600_000));
      const invitation = { service: 'billing', ...UPDATE, until };
      expect(codeOf(await byKey('/api/v1/tenants/acme/invitations', invitation))).toBe(
        '403 countersignature_required',
      );
      expect(
        codeOf(await byKey('/api/v1/tenants/acme/invitations', { ...invitation, countersignature })),
      ).toBe('403 forbidden');
      const low = await waiting({});
      expect((await byKey(ofRequest(low, 'reviews'), { ...body, digest: low.digest })).status).toBe(201);
    });

    test('P12: the stricter of controls and trust document decides how many approvals are needed and what is forbidden', async () => {
      await claim([ada, bob], {
        approvals: 2,
        forbid: [{ service: 'billing', resource: 'invoices/7', actions: ['*'] }],
      });
      const forbidden = await broker.call('engineer', 'POST', '/api/v1/requests', {
        body: {
          tenant: 'acme',
          service: 'billing',
          scope: [{ resource: 'invoices/7', actions: ['read'] }],
          duration: 'PT1H',
          justification: 'why',
        },
      });
      expect(codeOf(forbidden)).toBe('422 request_refused');
      const request = await waiting({ scope: [{ resource: 'invoices/8', actions: ['update'] }] });
      expect(request['needs']).toMatchObject({ customer: { required: 2 } });
      expectStatus(await approve(ada, request), 201);
      expect((await readRequest(broker, request.id)).grant).toBeNull();
      expectStatus(await approve(bob, request), 201);
      const { grant } = await readRequest(broker, request.id);
      const { access_token } = await mintToken(broker, String(grant));
      expect(claimsOf(access_token).countersignatures).toHaveLength(2);
      expect(await verifyAtGateway(access_token)).toBeUndefined();
    });

    test('P12: an approval stops counting when its signer leaves the trust document: its grant mints no more tokens', async () => {
      await claim([ada, bob]);
      const request = await waiting();
      expectStatus(await approve(bob, request), 201);
      const { grant } = await readRequest(broker, request.id);
      await mintToken(broker, String(grant));
      const draft = await draftOf(ada);
      const people = draft.people.filter(({ person }) => person === ada.id);
      const next = await propose(ada, { ...draft, people });
      expect((await signProposal(ada, next)).state).toBe('adopted');
      const refused = await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`);
      expect(codeOf(refused)).toBe('409 grant_not_active');
    });

    test('P12: if one of two approvers leaves the trust document, the token carries only the other approval', async () => {
      await claim([ada, bob], { approvals: 2 });
      const request = await waiting();
      for (const by of [bob, ada]) expectStatus(await approve(by, request), 201);
      const { grant } = await readRequest(broker, request.id);
      const draft = await draftOf(ada);
      const people = draft.people.filter(({ person }) => person === ada.id);
      const next = await propose(ada, { ...draft, people, approvals: 1, threshold: 1 });
      expect((await signProposal(ada, next)).state).toBe('adopted');
      const { access_token } = await mintToken(broker, String(grant));
      expect(claimsOf(access_token).countersignatures).toMatchObject([{ credential: ada.key.id }]);
      expect(await verifyAtGateway(access_token)).toBeUndefined();
    });

    test('an unclaimed tenant’s approver countersigns with an enrolled passkey; if too few have one, no countersignature is required', async () => {
      const asked = (change = UPDATE) => makeRequest(broker, 'engineer', change);
      await expect(asked()).rejects.toThrow('countersignature_unavailable');
      await bob.enrol();
      const request = await waiting();
      const { statement } = await statementOf(bob, request);
      expect(statement.trust).toBeUndefined();
      expect(codeOf(await decide(bob, request, {}))).toBe('403 countersignature_required');
      expectStatus(await approve(bob, request), 201);
      const { grant } = await readRequest(broker, request.id);
      const { access_token } = await mintToken(broker, String(grant));
      expect(claimsOf(access_token).countersignatures).toHaveLength(1);
    });

    test('P12: an expired trust document opens nothing; its people may still sign the next version', async () => {
      const request = async () => makeRequest(broker, 'engineer', UPDATE);
      await claim([ada]);
      broker.clock.advance(180 * 86_400);
      await broker.renewKey('engineer');
      ada = await Customer.of(broker, 'approver').then((again) => again.with(ada.authenticators));
      await expect(request()).rejects.toThrow('ended at');
      const next = await propose(ada, await draftOf(ada));
      expect((await signProposal(ada, next)).state).toBe('adopted');
      expect((await request()).state).toBe('awaiting_vendor');
    });
  });

  test('P12: a signed stop blocks requests and minting until its signed lift', async () => {
    expect(codeOf(await ada.call('GET', 'stops/statement'))).toBe('409 wrong_state');
    await claim([ada]);
    const granted = await waiting();
    expectStatus(await approve(ada, granted), 201);
    const { grant } = await readRequest(broker, granted.id);
    const { statement } = await ada.ask<ToSign<StopStatement>>('GET', 'stops/statement');
    const countersignature = ada.key.sign(statement, AT);
    expect(codeOf(await ada.call('POST', 'stops', { countersignature: bob.id }))).toBe('400 invalid_request');
    const forged = { ...countersignature, statement: { ...statement, digest: granted.digest } };
    expect(codeOf(await ada.call('POST', 'stops', { countersignature: forged }))).toBe('400 invalid_request');
    const ahead = ada.key.sign({ ...statement, log: { ...statement.log, epoch: 99 } }, AT);
    expect(codeOf(await ada.call('POST', 'stops', { countersignature: ahead }))).toBe('400 invalid_request');
    const stop = await ada.ask<{ hash: string }>('POST', 'stops', { countersignature }, 201);
    expect(codeOf(await ada.call('POST', 'stops', { countersignature }))).toBe('409 conflict');
    const tokens = `/api/v1/grants/${grant}/tokens`;
    expect(codeOf(await broker.call('engineer', 'POST', tokens))).toBe('409 grant_not_active');
    await expect(waiting()).rejects.toThrow('locked');
    expect((await ada.ask<Listed>('GET', 'stops')).items).toMatchObject([{ hash: stop.hash, digest: null }]);
    const access = async () => {
      const { body } = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
      const { state, access, accessReason } = body as {
        state: string;
        access: string;
        accessReason: unknown;
      };
      return [state, access, accessReason];
    };
    const at = expect.stringMatching(/Z$/);
    const everything = {
      ...{ code: 'stopped_all', by: ada.id, at, side: 'customer', rule: null, why: null },
      text: 'The customer has stopped all access.',
    };
    expect(await access()).toEqual(['active', 'stopped', everything]);

    const path = `lifts/statement?stop=${stop.hash}`;
    const lift = (await ada.ask<{ statement: Statement }>('GET', path)).statement;
    await ada.ask('POST', 'lifts', { countersignature: ada.key.sign(lift, AT) }, 201);
    expect(codeOf(await ada.call('GET', path))).toBe('409 wrong_state');
    expect((await ada.ask<Listed>('GET', 'stops')).items).toEqual([]);
    await mintToken(broker, String(grant));
    expect(await access()).toEqual(['active', 'open', null]);

    const one = await ada.ask<ToSign<StopStatement>>('GET', `stops/statement?digest=${granted.digest}`);
    const late = ada.key.sign(one.statement, AT);
    await ada.ask('POST', 'stops', { countersignature: late }, 201);
    const thisOne = { ...everything, code: 'stopped_this', text: 'The customer has stopped this access.' };
    expect(await access()).toEqual(['active', 'stopped', thisOne]);
    expect(codeOf(await broker.call('engineer', 'POST', tokens))).toBe('409 grant_not_active');
    await waiting();
    const again = await ada.ask<ToSign<StopStatement>>('GET', 'stops/statement');
    broker.clock.advance(301);
    const over = await ada.call('POST', 'stops', { countersignature: ada.key.sign(again.statement, AT) });
    expect(codeOf(over)).toBe('400 invalid_request');
  });
});
