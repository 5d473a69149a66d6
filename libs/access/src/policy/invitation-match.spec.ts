import { INVITATION_STATES } from '@countersign/contract';
import { sampleInvitation, sampleTerms } from '../../../../test/factories/domain.js';
import {
  INVITATION_TRANSITIONS,
  type Invitation,
  type InvitationView,
  latestApproval,
  transitionInvitation,
  useInvitation,
} from '../domain/invitation.js';
import { findMatchingInvitation, invitationRefusals, termsFromInvitation } from './invitation-match.js';
import type { RequestedAccess, Stage } from './requested-access.js';

// Open from 15:00 until 18:00.
const invitation = sampleInvitation();
const terms = sampleTerms({
  basis: 'invitation',
  invitation: invitation.hash,
  lapsesAt: '2026-11-24T17:00:00Z',
});
const at = (time: string) => new Date(`2026-11-24T${time}Z`);
const judged = (change: Partial<Invitation>, stage: Stage, time = '16:00:00', asked = terms) =>
  invitationRefusals({ ...invitation, ...change }, asked, { stage, now: at(time) }).map(
    ({ code, pointer }) => `${code} ${pointer}`,
  );
const ERIN = terms.requester;
const STAGES = ['request', 'review', 'activation', 'mint'] as const;

describe('P1: whether an invitation is still open', () => {
  test.each(STAGES)(
    'a withdrawn or expired invitation covers nothing at %s, and likewise past its end before the job has run',
    (stage) => {
      expect(judged({}, stage)).toEqual([]);
      expect(judged({ state: 'withdrawn' }, stage)).toEqual(['not_eligible /basis']);
      expect(judged({ state: 'expired' }, stage)).toEqual(['not_eligible /basis']);
      expect(judged({}, stage, '17:59:59')).toEqual([]);
      expect(judged({}, stage, '18:00:00')).toEqual(['not_eligible /basis']);
    },
  );

  test('a used-up invitation covers no new request, and its grants stay active', () => {
    const used = STAGES.map((stage) => judged({ state: 'used_up' }, stage));
    expect(used).toEqual([['not_eligible /basis'], ['not_eligible /basis'], [], []]);
  });

  test('before its start, only access that starts later may be requested', () => {
    expect(judged({}, 'request', '14:59:59')).toEqual(['outside_hours /startsAt']);
    const later = { ...terms, startsAt: '2026-11-24T15:00:00Z' };
    expect(judged({}, 'request', '14:59:59', later)).toEqual([]);
    expect(judged({}, 'review', '14:59:59', later)).toEqual([]);
    expect(judged({}, 'mint', '14:59:59', later)).toEqual(['outside_hours /startsAt']);
  });
});

describe('P1: whether an invitation that recurs is open', () => {
  // Every day from 17:00 to 18:00 in Berlin: from 16:00Z to 17:00Z.
  const weekly = sampleInvitation({
    recurs: {
      ...{ zone: 'Europe/Berlin', from: '17:00', to: '18:00' },
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    },
  });
  const short = { ...terms, seconds: 600, lapsesAt: '2026-11-24T16:30:00Z' };

  test.each(STAGES)('at %s: from its first second on', (stage) => {
    expect(judged(weekly, stage, '15:59:59', short)).toEqual(['outside_hours /startsAt']);
    expect(judged(weekly, stage, '16:00:00', short)).toEqual([]);
  });

  test('access for later may be requested before, and gets no token before', () => {
    const later = { ...short, startsAt: '2026-11-24T16:00:00Z' };
    expect(judged(weekly, 'request', '15:00:00', later)).toEqual([]);
    expect(judged(weekly, 'review', '15:00:00', later)).toEqual([]);
    expect(judged(weekly, 'mint', '15:59:59', later)).toEqual(['outside_hours /startsAt']);
    expect(judged(weekly, 'mint', '16:00:00', later)).toEqual([]);
  });

  test('a request says when it opens next', () => {
    const late = { ...short, lapsesAt: '2026-11-24T17:00:00Z' };
    const [refusal] = invitationRefusals(weekly, late, { stage: 'request', now: at('17:00:00') });
    expect(refusal).toMatchObject({ code: 'outside_hours', pointer: '/startsAt' });
    expect(refusal?.detail).toContain('next from 2026-11-25T16:00:00Z until 2026-11-25T17:00:00Z');
    const long = { ...short, seconds: 3_601, lapsesAt: '2026-11-24T16:00:00Z' };
    expect(judged(weekly, 'request', '16:00:00', long)).toContain('duration_too_long /duration');
  });

  test('a request lapses early enough to end in it', () => {
    const { statement } = weekly;
    expect(latestApproval(statement, 600, at('16:20:00')).toISOString()).toBe('2026-11-24T16:50:00.000Z');
  });
});

describe('the transitions of an invitation', () => {
  test('P8: are those of the table and no others', () => {
    for (const from of INVITATION_STATES)
      for (const to of INVITATION_STATES) {
        const step = () => transitionInvitation({ ...invitation, state: from }, to, '2026-11-24T16:00:00Z');
        if (INVITATION_TRANSITIONS[from].includes(to))
          expect(step()).toMatchObject({
            state: to,
            version: 2,
            endedAt: to === 'used_up' ? null : '2026-11-24T16:00:00Z',
          });
        else expect(step).toThrow(`no transition from ${from} to ${to}`);
      }
  });

  test('P8: each grant counts, the last one uses the invitation up, and no other follows', () => {
    const twice: Invitation = { ...invitation, statement: { ...invitation.statement, uses: 2 } };
    const once = useInvitation(twice, '2026-11-24T16:00:00Z');
    expect(once).toMatchObject({ state: 'open', used: 1, version: 2 });
    const all = useInvitation(once, '2026-11-24T16:00:00Z');
    expect(all).toMatchObject({ state: 'used_up', used: 2, version: 3, endedAt: null });
    expect(() => useInvitation(all, '2026-11-24T16:00:00Z')).toThrow('is used_up');
    expect(useInvitation({ ...invitation, used: 999 }, '2026-11-24T16:00:00Z').state).toBe('open');
  });
});

describe('finding a matching invitation', () => {
  const ask: RequestedAccess = {
    tenant: 'acme',
    service: 'billing',
    scope: terms.scope,
    seconds: 3_600,
    startsOn: 'approval',
    justified: true,
    ticket: null,
    reasonCode: null,
    basis: null,
  };
  const view = { invitation, ticket: null };

  test('the first match is taken; none if the request asks for approval', () => {
    const narrow = { invitation: sampleInvitation({ maxSeconds: 60 }), ticket: null };
    expect(findMatchingInvitation(ask, ERIN, [narrow, view], at('16:00:00')).invitation).toBe(view);
    expect(
      findMatchingInvitation({ ...ask, basis: 'approval' }, ERIN, [view], at('16:00:00')).invitation,
    ).toBeNull();
  });

  test('matches to the last second, and not one later', () => {
    expect(findMatchingInvitation(ask, ERIN, [view], at('17:00:00.999')).invitation).toBe(view);
    expect(findMatchingInvitation(ask, ERIN, [view], at('17:00:01')).invitation).toBeNull();
  });

  test('reasons are given only if the request insists on an invitation', () => {
    expect(findMatchingInvitation(ask, ERIN, [view], at('17:30:00')).refusals).toEqual([]);
    const must = findMatchingInvitation({ ...ask, basis: 'invitation' }, ERIN, [view], at('17:30:00'));
    expect(must.refusals.map(({ code }) => code)).toEqual(['duration_too_long']);
    expect(must.refusals[0]?.detail).toContain(invitation.id);
  });

  test('a ticket matches in any Unicode normal form, and no other ticket matches', () => {
    const commitment = `c1:${'B'.repeat(42)}A`;
    const named = {
      invitation: sampleInvitation({ ticket: commitment }),
      ticket: { value: 'Café', salt: 'x' },
    };
    expect(termsFromInvitation(named, { ticket: 'Cafe\u0301' })).toEqual({ ticket: commitment });
    expect(termsFromInvitation(named, { ticket: 'Cafe' })).toEqual({});
    expect(termsFromInvitation({ ...named, ticket: null }, { ticket: 'Café' })).toEqual({});
  });
});

test('P1: an invitation covers a request that hidden fields are shown only if it says so itself', () => {
  const plain = { invitation: sampleInvitation(), ticket: null } as InvitationView;
  const { statement } = plain.invitation;
  const shown = {
    ...plain,
    invitation: { ...plain.invitation, statement: { ...statement, unmasked: true as const } },
  };
  const { tenant, service, scope } = terms;
  const asked = {
    ...{ tenant, service, scope, seconds: 60, justified: true, ticket: null, reasonCode: null },
    ...{ basis: null, startsOn: 'approval' as const },
  };
  const found = (view: InvitationView, unmasked?: true) =>
    findMatchingInvitation({ ...asked, unmasked }, ERIN, [view], at('16:00:00')).invitation;
  expect([found(plain), found(plain, true)]).toEqual([plain, null]);
  expect([found(shown), found(shown, true)]).toEqual([shown, shown]);
  const insists = { ...asked, basis: 'invitation' as const, unmasked: true as const };
  expect(findMatchingInvitation(insists, ERIN, [plain], at('16:00:00')).refusals).toEqual([
    expect.objectContaining({ code: 'unmasked_not_allowed', pointer: '/unmasked' }),
  ]);
});
