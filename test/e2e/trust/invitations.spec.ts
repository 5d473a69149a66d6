/** @soak */

import { type InvitationStatement, toInstant } from '@countersign/contract';
import { AT } from '../../factories/trust.js';
import { claim, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { onlyInSoak } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeRequest, mintToken, readRequest, review } from '../story.js';

type ToSign = {
  statement: InvitationStatement;
  openings: { ticket?: { value: string; salt: string } };
  maxDuration: string;
  longest: string;
};
type Invitation = { id: string; hash: string };

let broker: TestBroker;
let ada: Customer;
beforeEach(async () => {
  broker = await TestBroker.start();
  ada = await Customer.of(broker, 'approver');
});
afterEach(() => broker.close());

const scope = [{ resource: 'invoices/*', actions: ['update'] }];
const wanted = () => ({
  service: 'billing',
  scope,
  until: toInstant(new Date(broker.clock.now().getTime() + 86_400_000)),
  ticket: '4711',
});
const toSign = (body: object) => ada.ask<ToSign>('POST', 'invitations/statement', body);
const signed = async (body = wanted()) => {
  const { statement, openings } = await toSign(body);
  return { ...body, openings, countersignature: ada.key.sign(statement, AT) };
};

test('P12: its author signs an invitation, and the token of a matching grant carries that signature', async () => {
  await claim([ada]);
  expect(codeOf(await ada.call('POST', 'invitations', wanted()))).toBe('403 countersignature_required');
  const body = await signed();
  const { trust } = await trustOf(ada);
  expect(body.countersignature.statement).toMatchObject({ person: ada.id, trust, scope });
  const invitation = await ada.ask<Invitation>('POST', 'invitations', body, 201);
  expect(invitation).toMatchObject({
    id: body.countersignature.statement.invitation,
    ticket: '4711',
    statement: body.countersignature.statement,
    countersignature: body.countersignature,
  });
  expect(codeOf(await ada.call('POST', 'invitations', body))).toBe('409 conflict');

  const request = await makeRequest(broker, 'engineer', { scope, ticket: '4711' });
  expect(request['invitation']).toBe(invitation.id);
  expectStatus(await review(broker, 'reviewer', request), 201);
  const { grant } = await readRequest(broker, request.id);
  const { access_token } = await mintToken(broker, String(grant));
  const claims = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  expect(claims.countersignatures).toEqual([body.countersignature]);
  const shown = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
  expect(shown.body).toMatchObject({ countersignedBy: [ada.id] });
});

onlyInSoak(() => {
  test('the statement shows the longest duration of one grant before it is signed: as chosen, otherwise the maximum', async () => {
    await claim([ada]);
    for (const [chosen, seconds, maxDuration] of [
      [{}, 3_600, 'PT1H'],
      [{ maxDuration: 'PT20M' }, 1_200, 'PT20M'],
    ] as const) {
      const offered = await toSign({ ...wanted(), ...chosen });
      expect(offered).toMatchObject({ statement: { maxSeconds: seconds }, maxDuration, longest: 'PT1H' });
    }
    const tooLong = await ada.call('POST', 'invitations/statement', { ...wanted(), maxDuration: 'PT2H' });
    expect(codeOf(tooLong)).toBe('422 request_refused');
  });

  test('P12: the signature must be over exactly this invitation, by this person, and recent', async () => {
    await claim([ada]);
    const body = await signed();
    const { statement } = body.countersignature;
    const other = { value: '4712', salt: body.openings.ticket?.salt ?? '' };
    for (const change of [
      { scope: [{ resource: 'invoices/**', actions: ['update'] }] },
      { until: toInstant(new Date(Date.parse(body.until) + 1_000)) },
      { uses: 3 },
      { maxDuration: 'PT1M' },
      { ticket: '4712' },
      { openings: {} },
      { ticket: '4712', openings: { ticket: other } },
      { countersignature: { ...body.countersignature, statement: { ...statement, maxSeconds: 60 } } },
      { countersignature: ada.key.sign({ ...statement, person: broker.persons.secondApprover }, AT) },
      { countersignature: ada.key.sign({ ...statement, trust: `sha256:${'0'.repeat(64)}` }, AT) },
      { countersignature: ada.key.sign({ ...statement, log: { ...statement.log, size: 99_999 } }, AT) },
      { countersignature: ada.key.sign(statement, { ...AT, flags: 0x01 }) },
    ])
      expect([codeOf(await ada.call('POST', 'invitations', { ...body, ...change })), change]).toEqual([
        '400 invalid_request',
        change,
      ]);
    const mailed = await Customer.of(broker, 'approver', { assurance: 'mail-code' });
    expect(codeOf(await mailed.call('POST', 'invitations', body))).toBe('403 forbidden');
    const late = await signed();
    broker.clock.advance(3_601);
    const again = (await Customer.of(broker, 'approver')).with(ada.authenticators);
    expect(codeOf(await again.call('POST', 'invitations', late))).toBe('400 invalid_request');
  });
});

test('P12: an unsigned invitation opens nothing after the tenant is claimed', async () => {
  const read = [{ resource: 'invoices/*', actions: ['read'] }];
  const { ticket: _ticket, ...body } = { ...wanted(), scope: read };
  const invitation = await ada.ask<Invitation>('POST', 'invitations', body, 201);
  const before = await makeRequest(broker, 'engineer', { scope: read });
  expect(before['invitation']).toBe(invitation.id);
  await claim([ada]);
  expect(codeOf(await review(broker, 'reviewer', before))).toBe('409 controls_changed');
  const after = await makeRequest(broker, 'engineer', { scope: read });
  expect(after).toMatchObject({ invitation: null, needs: { customer: { required: 1 } } });
});

onlyInSoak(() => {
  test('P12: weekly times and engineers are signed, sent on to the gateway in the token, and cannot be changed after', async () => {
    await claim([ada]);
    const now = broker.clock.now();
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    // A zone in which it is about noon now, so that no day ends during the test.
    const ahead = 12 - now.getUTCHours();
    const zone = ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
    const recurs = { zone, days, from: '00:00', to: '24:00' };
    const engineer = broker.persons.engineer;
    const body = await signed({ ...wanted(), recurs, requesters: [engineer] } as ReturnType<typeof wanted>);
    expect(body.countersignature.statement).toMatchObject({ recurs, requesters: [engineer] });
    for (const change of [
      { recurs: undefined },
      { recurs: { ...recurs, days: ['mon'] } },
      { recurs: { ...recurs, zone: 'Europe/Berlin' } },
      { requesters: undefined },
      { requesters: [engineer, broker.persons.otherEngineer] },
    ])
      expect(codeOf(await ada.call('POST', 'invitations', { ...body, ...change }))).toBe(
        '400 invalid_request',
      );
    const invitation = await ada.ask<Invitation & { recurs: object }>('POST', 'invitations', body, 201);
    const end = new Date(now).setUTCHours(24 - ahead, 0, 0, 0);
    expect(invitation).toMatchObject({
      recurs: { ...recurs, next: { until: toInstant(new Date(end)) } },
      requesters: [engineer],
    });

    const other = await makeRequest(broker, 'otherEngineer', { scope, ticket: '4711' });
    expect(other['invitation']).toBeNull();
    const request = await makeRequest(broker, 'engineer', { scope, ticket: '4711', duration: 'PT1M' });
    expect(request['invitation']).toBe(invitation.id);
    expectStatus(await review(broker, 'reviewer', request), 201);
    const { grant } = await readRequest(broker, request.id);
    const { access_token } = await mintToken(broker, String(grant));
    const claims = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    expect(claims.countersignatures).toEqual([body.countersignature]);
    const withdrawn = await ada.ask<typeof invitation>('DELETE', `invitations/${invitation.id}`);
    expect(withdrawn.recurs).toEqual({ ...recurs, next: null });
  });
});
