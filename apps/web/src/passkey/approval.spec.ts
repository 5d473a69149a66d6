import { type ApprovalStatement, commit, type Terms, termsDigest } from '@countersign/contract';
import { hashing, sampleTerms } from '../../../../test/factories/grant-token.js';
import { LOG_POINT } from '../../../../test/factories/trust.js';
import { approvalOf, type Shown } from './approval.js';

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

describe('P12: an approval is made of what the page shows', () => {
  test('and is what the broker offers where the broker is honest', async () => {
    expect(await approvalOf(shown, offered)).toEqual(offered);
  });

  test('a denial has no window', async () => {
    const { notBefore: _from, notAfter: _until, ...rest } = offered;
    const denied: ApprovalStatement = { ...rest, decision: 'deny' };
    expect(await approvalOf({ ...shown, decision: 'deny' }, denied)).toEqual(denied);
    await expect(approvalOf({ ...shown, decision: 'deny' }, offered)).rejects.toMatchObject({
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
  ])('nothing is signed where it offers %s', async (_what, change) => {
    await expect(approvalOf(shown, { ...offered, ...change })).rejects.toMatchObject({ reason: 'differs' });
  });

  test('a start that was asked for is when it begins', async () => {
    const later: Terms = { ...terms, startsAt: '2026-11-24T20:00:00Z' };
    const change = { digest: termsDigest(hashing, later), notAfter: '2026-11-24T21:00:00Z' };
    const scheduled = { ...offered, ...change, notBefore: '2026-11-24T20:00:00Z' };
    expect(await approvalOf({ ...shown, terms: later }, scheduled)).toEqual(scheduled);
    await expect(approvalOf({ ...shown, terms: later }, { ...offered, ...change })).rejects.toMatchObject({
      reason: 'differs',
    });
  });

  test.each<[string, Shown['openings']]>([
    ['another reason', { justification: { value: 'Case 1', salt: salt.toString('base64url') } }],
    ['a reason without its salt', { justification: { value: REASON, salt: '' } }],
    ['a ticket that the terms do not have', { ticket: { value: '4711', salt: salt.toString('base64url') } }],
  ])('nothing is signed where the page shows %s', async (_what, openings) => {
    await expect(approvalOf({ ...shown, openings }, offered)).rejects.toMatchObject({ reason: 'differs' });
  });
});
