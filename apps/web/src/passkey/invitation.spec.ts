import { commit, type InvitationStatement } from '@countersign/contract';
import { hashing, sampleTerms } from '../../../../test/factories/grant-token.js';
import { LOG_POINT } from '../../../../test/factories/trust.js';
import { type ChosenInvitation, invitationOf } from './invitation.js';

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

describe('P12: an invitation is what was chosen on the page', () => {
  test('and is what the broker offers where the broker is honest', async () => {
    expect(await invitationOf(chosen, offered, opening)).toEqual(offered);
  });

  test.each<[string, object]>([
    ['a longer time', { maxSeconds: 3_600 }],
    ['more uses', { uses: 4 }],
    ['a later end', { notAfter: '2026-11-26T04:00:00Z' }],
    ['a wider scope', { scope: [{ resource: '**', actions: ['list'] }] }],
    ['another ticket', { ticket: commit(hashing, 'ticket', salt, '1') }],
    ['a member that the page does not know', { more: 1 }],
  ])('nothing is signed where it offers %s', async (_what, change) => {
    await expect(invitationOf(chosen, { ...offered, ...change }, opening)).rejects.toMatchObject({
      reason: 'differs',
    });
  });
});
