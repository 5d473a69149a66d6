import {
  type ApprovalStatement,
  commit,
  type InvitationStatement,
  type LiftStatement,
  type Recurrence,
  type StopStatement,
  type Terms,
  termsDigest,
} from '@countersign/contract';
import { hashing, sampleTerms } from '../../../../test/factories/grant-token.js';
import { LOG_POINT } from '../../../../test/factories/trust.js';
import {
  buildApproval,
  buildInvitation,
  buildLift,
  buildStop,
  type ChosenInvitation,
  type Shown,
} from './statements.js';

describe('P12: an approval contains what the page shows', () => {
  const salt = Buffer.alloc(32, 7);
  const REASON = 'Case 4711';
  const person = 'usr_0199f0a0-7b2c-7003-8000-000000000004';
  const terms: Terms = { ...sampleTerms, justification: commit(hashing, 'justification', salt, REASON) };
  const shown: Shown = {
    terms,
    openings: { justification: { value: REASON, salt: salt.toString('base64url') } },
    person,
    decision: 'approve',
  };
  const offered: ApprovalStatement = {
    type: 'countersign/approval/v1',
    deployment: terms.deployment,
    tenant: terms.tenant,
    digest: termsDigest(hashing, terms),
    decision: 'approve',
    person,
    notBefore: '2026-11-24T15:00:00Z',
    notAfter: '2026-11-25T04:00:00Z',
    trust: `sha256:${'cd'.repeat(32)}`,
    log: LOG_POINT,
  };

  test('equals the offer of an honest broker', async () => {
    expect(await buildApproval(shown, offered)).toEqual(offered);
  });

  test('a denial has no window', async () => {
    const { notBefore: _from, notAfter: _until, ...rest } = offered;
    const denied: ApprovalStatement = { ...rest, decision: 'deny' };
    expect(await buildApproval({ ...shown, decision: 'deny' }, denied)).toEqual(denied);
    await expect(buildApproval({ ...shown, decision: 'deny' }, offered)).rejects.toMatchObject({
      reason: 'differs',
    });
  });

  test.each<[string, Partial<ApprovalStatement>]>([
    ['another digest', { digest: `sha256:${'ee'.repeat(32)}` }],
    ['another tenant', { tenant: 'globex' }],
    ['another deployment', { deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000009' }],
    ['another person', { person: terms.requester }],
    ['a denial', { decision: 'deny' }],
    ['a longer window', { notAfter: '2026-11-25T05:00:00Z' }],
    ['a member that the page does not know', { more: 1 } as Partial<ApprovalStatement>],
  ])('is not signed if the broker offers %s', async (_what, change) => {
    await expect(buildApproval(shown, { ...offered, ...change })).rejects.toMatchObject({
      reason: 'differs',
    });
  });

  test('begins at the start that the request asks for', async () => {
    const later: Terms = { ...terms, startsAt: '2026-11-24T20:00:00Z' };
    const change = { digest: termsDigest(hashing, later), notAfter: '2026-11-24T21:00:00Z' };
    const scheduled = { ...offered, ...change, notBefore: '2026-11-24T20:00:00Z' };
    expect(await buildApproval({ ...shown, terms: later }, scheduled)).toEqual(scheduled);
    await expect(buildApproval({ ...shown, terms: later }, { ...offered, ...change })).rejects.toMatchObject({
      reason: 'differs',
    });
  });

  test.each<[string, Shown['openings']]>([
    ['another reason', { justification: { value: 'Case 1', salt: salt.toString('base64url') } }],
    ['a reason without its salt', { justification: { value: REASON, salt: '' } }],
    ['a ticket that the terms do not have', { ticket: { value: '4711', salt: salt.toString('base64url') } }],
  ])('is not signed if the page shows %s', async (_what, openings) => {
    await expect(buildApproval({ ...shown, openings }, offered)).rejects.toMatchObject({ reason: 'differs' });
  });
});

describe('P12: an invitation contains what the approver chose', () => {
  const salt = Buffer.alloc(32, 7);
  const opening = { value: '4711', salt: salt.toString('base64url') };
  const { deployment, tenant, service } = sampleTerms;
  const chosen: ChosenInvitation = {
    service,
    scope: [{ resource: 'invoices', actions: ['list'] }],
    until: '2026-11-25T04:00:00Z',
    ticket: '4711',
    uses: 3,
    maxSeconds: 1_200,
    tenant,
    person: 'usr_0199f0a0-7b2c-7003-8000-000000000004',
  };
  const offered: InvitationStatement = {
    type: 'countersign/invitation/v1',
    deployment,
    tenant,
    invitation: 'inv_0199f0a0-7b2c-7003-8000-000000000009',
    service,
    scope: chosen.scope,
    ticket: commit(hashing, 'ticket', salt, '4711'),
    maxSeconds: 1_200,
    uses: 3,
    notBefore: '2026-11-24T15:00:00Z',
    notAfter: chosen.until,
    person: chosen.person,
    trust: `sha256:${'cd'.repeat(32)}`,
    log: LOG_POINT,
  };

  test('equals the offer of an honest broker', async () => {
    expect(await buildInvitation(chosen, offered, opening)).toEqual(offered);
    const recurs: Recurrence = { zone: 'Europe/Berlin', days: ['tue'], from: '22:00', to: '24:00' };
    const weekly = { ...offered, recurs, requesters: [chosen.person] };
    expect(await buildInvitation({ ...chosen, recurs, engineers: 1 }, weekly, opening)).toEqual(weekly);
  });

  test.each<[string, object, object]>([
    ['no weekly times', {}, { recurs: undefined }],
    [
      'another day',
      {},
      { recurs: { zone: 'Europe/Berlin', days: ['tue', 'wed'], from: '22:00', to: '24:00' } },
    ],
    ['another zone', {}, { recurs: { zone: 'Asia/Tokyo', days: ['tue'], from: '22:00', to: '24:00' } }],
    ['all engineers', {}, { requesters: undefined }],
    ['more engineers', {}, { requesters: [chosen.person, sampleTerms.requester] }],
    ['engineers that no one named', { engineers: undefined }, {}],
    ['weekly times that no one chose', { recurs: undefined }, {}],
  ])('one with weekly times is not signed if the broker offers %s', async (_what, mine, theirs) => {
    const recurs: Recurrence = { zone: 'Europe/Berlin', days: ['tue'], from: '22:00', to: '24:00' };
    const plain = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value));
    const wanted = plain({ ...chosen, recurs, engineers: 1, ...mine });
    const offer = plain({ ...offered, recurs, requesters: [chosen.person], ...theirs });
    await expect(buildInvitation(wanted, offer, opening)).rejects.toMatchObject({ reason: 'differs' });
  });

  test.each<[string, object]>([
    ['a longer time', { maxSeconds: 3_600 }],
    ['more uses', { uses: 4 }],
    ['a later end', { notAfter: '2026-11-26T04:00:00Z' }],
    ['a wider scope', { scope: [{ resource: '**', actions: ['list'] }] }],
    ['another ticket', { ticket: commit(hashing, 'ticket', salt, '1') }],
    ['a member that the page does not know', { more: 1 }],
  ])('is not signed if the broker offers %s', async (_what, change) => {
    await expect(buildInvitation(chosen, { ...offered, ...change }, opening)).rejects.toMatchObject({
      reason: 'differs',
    });
  });
});

describe('P12: a stop or lift contains what the person chose', () => {
  const { deployment, tenant } = sampleTerms;
  const person = 'usr_0199f0a0-7b2c-7003-8000-000000000004';
  const digest = `sha256:${'ab'.repeat(32)}`;
  const common = {
    deployment,
    tenant,
    person,
    nonce: 'A'.repeat(43),
    notBefore: '2026-11-24T15:00:00Z',
    notAfter: '2026-11-24T15:05:00Z',
    trust: digest,
    log: LOG_POINT,
  };
  const stop: StopStatement = { type: 'countersign/stop/v1', digest, ...common };
  const lift: LiftStatement = { type: 'countersign/lift/v1', stop: digest, ...common };
  const { digest: _one, ...everything } = stop;

  test('equals the offer of an honest broker', () => {
    expect(buildStop({ tenant, person, digest }, stop)).toEqual(stop);
    expect(buildStop({ tenant, person }, everything)).toEqual(everything);
    expect(buildLift({ tenant, person, stop: digest }, lift)).toEqual(lift);
  });

  test.each<[string, object]>([
    ['another digest', { digest: `sha256:${'cd'.repeat(32)}` }],
    ['a stop of everything', { digest: undefined }],
    ['another tenant', { tenant: 'globex' }],
    ['another person', { person: sampleTerms.requester }],
    ['a lift', { type: 'countersign/lift/v1' }],
    ['a member that the page does not know', { more: 1 }],
  ])('is not signed if the broker offers %s', (_what, change) => {
    const offered = JSON.parse(JSON.stringify({ ...stop, ...change })) as StopStatement;
    expect(() => buildStop({ tenant, person, digest }, offered)).toThrow(
      expect.objectContaining({ reason: 'differs' }),
    );
  });

  test('is not signed if it lifts another stop', () => {
    const other = `sha256:${'cd'.repeat(32)}`;
    expect(() => buildLift({ tenant, person, stop: other }, lift)).toThrow(
      expect.objectContaining({ reason: 'differs' }),
    );
  });
});
