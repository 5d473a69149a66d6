import {
  type ApprovalStatement,
  INVITATION_TYPE,
  type InvitationStatement,
  PRACTICE_TYPE,
  type Recurrence,
  type Signature,
  STOP_TYPE,
  statementHash,
  type Terms,
  type TrustDocument,
  termsDigest,
} from '@countersign/contract';
import { hashing, sampleTerms } from '../../../../test/factories/grant-token.js';
import { AT, LOG_POINT, sampleApproval, sampleTrust } from '../../../../test/factories/trust.js';
import { Authenticator, type Ceremony } from '../../../../test/support/authenticator.js';
import { nodeCountersignPorts } from '../node-ports.js';
import type { PinnedTrust } from './countersignature.js';
import { CountersignatureVerifier, type CountersignedClaims, checkCountersigned } from './countersigned.js';

const person = (n: number) => `usr_0199f0a0-7b2c-7003-8000-00000000000${n}`;
const [ADA, BOB, CYD] = [person(1), person(2), person(3)];
const [ada, ada2, bob, cyd, eve] = Array.from({ length: 5 }, () => new Authenticator()) as [
  Authenticator,
  Authenticator,
  Authenticator,
  Authenticator,
  Authenticator,
];
const TERMS: Terms = sampleTerms;
const DIGEST = termsDigest(hashing, TERMS);
const OTHER = `sha256:${'0'.repeat(64)}`;

const trustOf = (change: Partial<TrustDocument> = {}): PinnedTrust => {
  const document = sampleTrust(
    { [ADA]: [ada, ada2], [BOB]: [bob], [CYD]: [cyd] },
    { approvals: 2, ...change },
  );
  const hash = statementHash(hashing, document);
  return { document, hash, versions: new Set([hash]) };
};
const TRUST = trustOf();

const approval = (of: string, change: Partial<ApprovalStatement> = {}): ApprovalStatement =>
  sampleApproval({ digest: DIGEST, person: of, trust: TRUST.hash, ...change });
const signed = (
  of: string,
  key: Authenticator,
  change: Partial<ApprovalStatement> = {},
  ceremony: Partial<Ceremony> = {},
) => key.sign(approval(of, change), { ...AT, ...ceremony });
const yes = signed(ADA, ada);

/** A grant inside the window of the sample approvals. */
const claims = (
  countersignatures: readonly unknown[] | undefined,
  change: Partial<CountersignedClaims> = {},
): CountersignedClaims => ({
  tenant: 'acme',
  terms: TERMS,
  grant_nbf: Date.parse('2026-11-24T15:00:00Z') / 1_000,
  grant_exp: Date.parse('2026-11-24T16:00:00Z') / 1_000,
  ...(countersignatures === undefined ? {} : { countersignatures }),
  ...change,
});
const reason = (
  countersignatures: readonly unknown[] | undefined,
  change: Partial<CountersignedClaims> = {},
  trust = TRUST,
) => checkCountersigned(claims(countersignatures, change), trust, nodeCountersignPorts)?.reason;

describe('P12: a token', () => {
  test('with the signatures of as many persons as are demanded is countersigned', () => {
    expect(reason([yes, signed(BOB, bob)])).toBeUndefined();
    expect(reason([signed(BOB, bob), signed(ADA, ada2)])).toBeUndefined();
    expect(reason([yes, signed(BOB, bob), signed(CYD, cyd)])).toBeUndefined();
  });

  test.each<[string, readonly unknown[] | undefined, string]>([
    ['no signatures', undefined, 'too_few'],
    ['an empty list of them', [], 'too_few'],
    ['fewer than demanded', [yes], 'too_few'],
    ['one person twice', [yes, yes], 'duplicate_person'],
    ['one person by two devices', [yes, signed(ADA, ada2)], 'duplicate_person'],
    [
      'one person by two statements',
      [yes, signed(ADA, ada, { notBefore: '2026-11-24T14:00:01Z' })],
      'duplicate_person',
    ],
    ['more than can be demanded', [yes, yes, yes, yes], 'malformed'],
    ['something else', ['yes', 'yes'], 'malformed'],
    ['a member more', [{ ...yes, more: 1 }, signed(BOB, bob)], 'malformed'],
    ['a denial', [signed(BOB, bob), ada.sign(denial(), AT)], 'wrong_decision'],
    [
      'another deployment’s approval',
      [yes, signed(BOB, bob, { deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000009' })],
      'wrong_deployment',
    ],
    ['another tenant’s approval', [yes, signed(BOB, bob, { tenant: 'globex' })], 'wrong_tenant'],
    ['an approval of other terms', [yes, signed(BOB, bob, { digest: OTHER })], 'wrong_digest'],
    ['an approval from before the tenant was claimed', [yes, bob.sign(unclaimed(), AT)], 'wrong_trust'],
    ['an approval under another trust document', [yes, signed(BOB, bob, { trust: OTHER })], 'wrong_trust'],
    ['an approval of nobody who is listed', [yes, signed(person(9), eve)], 'unknown_person'],
    ['a stranger’s key in somebody’s name', [yes, signed(BOB, eve)], 'unknown_key'],
    ['one person’s key in another’s name', [signed(BOB, ada), yes], 'unknown_key'],
    [
      'a stranger’s key under a listed credential',
      [yes, { ...signed(BOB, eve), credential: bob.id }],
      'bad_signature',
    ],
    [
      'a statement that was changed after it was signed',
      [yes, { ...signed(BOB, bob), statement: approval(BOB, { notAfter: '2026-11-26T04:00:00Z' }) }],
      'wrong_challenge',
    ],
    ['no user verification', [yes, signed(BOB, bob, {}, { flags: 1 })], 'user_not_verified'],
    ['another origin', [yes, signed(BOB, bob, {}, { origin: 'https://evil.example' })], 'wrong_origin'],
    ['another relying party', [yes, signed(BOB, bob, {}, { rpId: 'evil.example' })], 'wrong_relying_party'],
    ['a stop', [yes, bob.sign(stop(), AT)], 'wrong_type'],
    ['an answer to a practice', [yes, bob.sign(practice(), AT)], 'wrong_type'],
    [
      'an answer to a practice, relabelled as an approval',
      [yes, { ...bob.sign(practice(), AT), statement: approval(BOB) }],
      'wrong_challenge',
    ],
    [
      'an answer to a practice that names the digest',
      [yes, { ...bob.sign(practice(), AT), statement: { ...practice(), digest: DIGEST } }],
      'malformed',
    ],
    ['a signature over the trust document', [yes, bob.sign(TRUST.document, AT)], 'wrong_type'],
    [
      'an assertion over the trust document, relabelled',
      [yes, { ...bob.sign(TRUST.document, AT), statement: approval(BOB) }],
      'wrong_challenge',
    ],
  ])('with %s is not', (_what, countersignatures, expected) => {
    expect(reason(countersignatures)).toBe(expected);
  });

  test('with terms of another deployment or tenant is not', () => {
    const other = (change: Partial<Terms>) => {
      const terms = { ...TERMS, ...change };
      const digest = termsDigest(hashing, terms);
      return reason([signed(ADA, ada, { digest }), signed(BOB, bob, { digest })], { terms });
    };
    expect(other({})).toBeUndefined();
    expect(other({ deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000009' })).toBe('wrong_deployment');
    expect(other({ tenant: 'globex' })).toBe('wrong_tenant');
  });

  test('is checked against the digest of its terms, whatever digest it claims', () => {
    const wider: Terms = { ...TERMS, seconds: 7_200 };
    expect(reason([yes, signed(BOB, bob)], { terms: wider })).toBe('wrong_digest');
  });

  test.each([
    ['before the latest beginning', { notBefore: '2026-11-24T15:00:01Z' }],
    ['beyond the earliest end', { notAfter: '2026-11-24T15:59:59Z' }],
  ])('whose grant lies %s is not', (_what, change) => {
    expect(reason([yes, signed(BOB, bob, change)])).toBe('outside_window');
    expect(reason([signed(BOB, bob, change), yes])).toBe('outside_window');
  });

  test('to the second, the window is the intersection of all', () => {
    const exact = { notBefore: '2026-11-24T15:00:00Z', notAfter: '2026-11-24T16:00:00Z' };
    expect(reason([yes, signed(BOB, bob, exact)])).toBeUndefined();
  });

  test('signed under an earlier version is checked against the current version', () => {
    const next = trustOf({ seq: 2, prev: TRUST.hash, approvals: 1 });
    const chain = { ...next, versions: new Set([TRUST.hash, next.hash]) };
    expect(reason([yes], {}, chain)).toBeUndefined();
    const raised = { ...chain, document: { ...chain.document, approvals: 3 } };
    expect(reason([yes, signed(BOB, bob)], {}, raised)).toBe('too_few');
    const removed = { ...chain, document: sampleTrust({ [BOB]: [bob] }) };
    expect(reason([yes], {}, removed)).toBe('unknown_person');
    const lostKey = { ...chain, document: sampleTrust({ [ADA]: [ada2] }) };
    expect(reason([yes], {}, lostKey)).toBe('unknown_key');
    const moved = {
      ...chain,
      document: { ...chain.document, rpId: 'sign.localhost', origins: ['http://sign.localhost'] },
    };
    expect(reason([yes], {}, moved)).toBe('wrong_origin');
  });

  describe('with an invitation', () => {
    const invitation: InvitationStatement = {
      type: INVITATION_TYPE,
      deployment: TERMS.deployment,
      tenant: 'acme',
      invitation: 'inv_0199f0a0-7b2c-7004-8000-000000000004',
      service: 'billing',
      scope: TERMS.scope,
      maxSeconds: 3_600,
      notBefore: '2026-11-24T14:00:00Z',
      notAfter: '2026-11-26T00:00:00Z',
      person: ADA,
      trust: TRUST.hash,
      log: LOG_POINT,
    };
    const invited = (statement: InvitationStatement, change: Partial<Terms> = {}) => {
      const terms: Terms = {
        ...TERMS,
        basis: 'invitation',
        invitation: statementHash(hashing, statement),
        ...change,
      };
      return { terms, digest: termsDigest(hashing, terms) };
    };
    const one = trustOf({ approvals: 1 });
    const chain = { ...one, versions: new Set([TRUST.hash]) };

    test('counts as its author’s approval of terms that fit it, and of no others', () => {
      const { terms, digest } = invited(invitation);
      const byInvitation = ada.sign(invitation, AT);
      expect(reason([byInvitation], { terms }, chain)).toBeUndefined();
      expect(reason([byInvitation], { terms })).toBe('too_few');
      expect(reason([byInvitation, signed(BOB, bob, { digest })], { terms })).toBeUndefined();
      expect(reason([byInvitation, signed(ADA, ada, { digest })], { terms })).toBe('duplicate_person');
    });

    test('does not count for terms that name another, name none, or do not fit', () => {
      const sign = [ada.sign(invitation, AT)];
      expect(reason(sign, { terms: invited({ ...invitation, uses: 1 }).terms }, chain)).toBe(
        'invitation_misfits',
      );
      expect(reason(sign, {}, chain)).toBe('invitation_misfits');
      expect(reason(sign, { terms: invited(invitation, { seconds: 3_601 }).terms }, chain)).toBe(
        'invitation_misfits',
      );
      expect(
        reason(
          sign,
          { terms: invited(invitation, { scope: [{ resource: 'payroll/*', actions: ['read'] }] }).terms },
          chain,
        ),
      ).toBe('invitation_misfits');
    });

    test('P12: shows hidden fields only if the signed bytes say so', () => {
      const open = { ...invitation, unmasked: true as const };
      const judged = (statement: InvitationStatement, change: Partial<Terms>) =>
        reason([ada.sign(statement, AT)], { terms: invited(statement, change).terms }, chain);
      expect(judged(open, { unmasked: true })).toBeUndefined();
      expect(judged(open, {})).toBeUndefined();
      expect(judged(invitation, { unmasked: true })).toBe('invitation_misfits');
      // The broker adds the member to a statement that was signed without it.
      const forged = { ...ada.sign(invitation, AT), statement: open };
      expect(reason([forged], { terms: invited(open, { unmasked: true }).terms }, chain)).toBe(
        'wrong_challenge',
      );
    });

    test('opens nothing outside its own window', () => {
      const late = { ...invitation, notBefore: '2026-11-24T15:00:01Z' };
      expect(reason([ada.sign(late, AT)], { terms: invited(late).terms }, chain)).toBe('outside_window');
    });

    describe('that recurs', () => {
      // Tuesdays from 16:00 to 18:00 in Berlin: 2026-11-24 from 15:00Z to 17:00Z.
      const recurs: Recurrence = { zone: 'Europe/Berlin', days: ['tue'], from: '16:00', to: '18:00' };
      const weekly: InvitationStatement = { ...invitation, notAfter: '2026-12-31T00:00:00Z', recurs };
      const seconds = (instant: string) => Date.parse(instant) / 1_000;
      /** The verdict on a grant with this window, if the terms could be approved until `lapsesAt`. */
      const verdict = (
        from: string,
        until: string,
        lapsesAt: string,
        statement: InvitationStatement = weekly,
        by: Signature = ada.sign(statement, AT),
      ) =>
        reason(
          [by],
          {
            terms: invited(statement, { seconds: 3_600, lapsesAt }).terms,
            ...{ grant_nbf: seconds(from), grant_exp: seconds(until) },
          },
          chain,
        );

      test.each<[string, [from: string, until: string, lapsesAt: string], string | undefined]>([
        [
          'from its first second',
          ['2026-11-24T15:00:00Z', '2026-11-24T16:00:00Z', '2026-11-24T16:00:00Z'],
          undefined,
        ],
        [
          'until its last',
          ['2026-11-24T16:00:00Z', '2026-11-24T17:00:00Z', '2026-11-24T16:00:00Z'],
          undefined,
        ],
        [
          'in its next week',
          ['2026-12-01T15:00:00Z', '2026-12-01T16:00:00Z', '2026-12-01T15:00:00Z'],
          undefined,
        ],
        [
          'a second before it',
          ['2026-11-24T14:59:59Z', '2026-11-24T15:59:59Z', '2026-11-24T16:00:00Z'],
          'outside_window',
        ],
        [
          'in the week before the one that its terms are for',
          ['2026-11-24T15:00:00Z', '2026-11-24T16:00:00Z', '2026-12-01T15:00:00Z'],
          'outside_window',
        ],
        [
          'under terms that could end a second after it',
          ['2026-11-24T15:00:00Z', '2026-11-24T16:00:00Z', '2026-11-24T16:00:01Z'],
          'invitation_misfits',
        ],
        [
          'under terms for another day',
          ['2026-11-25T15:00:00Z', '2026-11-25T16:00:00Z', '2026-11-25T15:00:00Z'],
          'invitation_misfits',
        ],
      ])('and a grant %s', (_what, [from, until, lapsesAt], expected) => {
        expect(verdict(from, until, lapsesAt)).toBe(expected);
      });

      const wednesday = ['2026-11-25T15:00:00Z', '2026-11-25T16:00:00Z', '2026-11-25T15:00:00Z'] as const;
      const real = ada.sign(weekly, AT);

      test.each<[string, InvitationStatement]>([
        ['without its times', (({ recurs: _recurs, ...rest }) => rest)(weekly)],
        ['with another day', { ...weekly, recurs: { ...recurs, days: ['tue', 'wed'] } }],
        ['with another zone', { ...weekly, recurs: { ...recurs, zone: 'Europe/Paris' } }],
        ['with a later end', { ...weekly, recurs: { ...recurs, to: '24:00' } }],
      ])('is not signed if the broker shows it %s', (_what, statement) => {
        const shown: Signature = { ...real, statement };
        expect(verdict(...wednesday, statement, shown)).toMatch(/^(wrong_challenge|invitation_misfits)$/);
        const inside = ['2026-11-24T15:30:00Z', '2026-11-24T16:30:00Z', '2026-11-24T15:30:00Z'] as const;
        expect(verdict(...inside)).toBeUndefined();
        expect(verdict(...inside, statement, shown)).toBe('wrong_challenge');
      });

      test('opens nothing at a machine that does not know its zone', () => {
        const unknown = { ...weekly, recurs: { ...recurs, zone: 'Europe/Atlantis' } };
        expect(verdict('2026-11-24T15:00:00Z', '2026-11-24T16:00:00Z', '2026-11-24T15:00:00Z', unknown)).toBe(
          'invitation_misfits',
        );
      });

      test('opens nothing on the day on which the clock leaves its time out', () => {
        const night = {
          ...weekly,
          recurs: { ...recurs, days: ['sun' as const], from: '02:15', to: '03:00' },
        };
        const terms = { seconds: 600, lapsesAt: '2027-03-28T01:05:00Z' };
        const skipped = { ...night, maxSeconds: 600, notAfter: '2027-06-01T00:00:00Z' };
        const change = {
          terms: invited(skipped, terms).terms,
          ...{ grant_nbf: seconds('2027-03-28T01:05:00Z'), grant_exp: seconds('2027-03-28T01:15:00Z') },
        };
        expect(reason([ada.sign(skipped, AT)], change, chain)).toBe('invitation_misfits');
      });
    });

    test('for certain engineers opens nothing to another', () => {
      const own = { ...invitation, requesters: [TERMS.requester] };
      expect(reason([ada.sign(own, AT)], { terms: invited(own).terms }, chain)).toBeUndefined();
      const others = { ...invitation, requesters: [ADA] };
      expect(reason([ada.sign(others, AT)], { terms: invited(others).terms }, chain)).toBe(
        'invitation_misfits',
      );
    });
  });
});

describe('CountersignatureVerifier', () => {
  test('caches a verdict for these claims and this trust only', () => {
    let asked = 0;
    const verifier = new CountersignatureVerifier({
      ...nodeCountersignPorts,
      signatures: {
        verify: (...all) => {
          asked += 1;
          return nodeCountersignPorts.signatures.verify(...all);
        },
      },
    });
    const good = claims([yes, signed(BOB, bob)]);
    expect(verifier.check(good, TRUST)).toBeUndefined();
    expect(verifier.check(good, TRUST)).toBeUndefined();
    expect(asked).toBe(2);
    const raised = { ...TRUST, document: { ...TRUST.document, approvals: 3 } };
    expect(verifier.check(good, raised)).toMatchObject({ reason: 'too_few' });
    expect(verifier.check(good, raised)).toMatchObject({ reason: 'too_few' });
    expect(asked).toBe(4);
    expect(verifier.check({ ...good }, TRUST)).toBeUndefined();
    expect(asked).toBe(6);
  });
});

function denial(): ApprovalStatement {
  const { notBefore: _begin, notAfter: _end, ...rest } = approval(ADA, { decision: 'deny' });
  return rest;
}

function unclaimed(): ApprovalStatement {
  const { trust: _none, ...rest } = approval(BOB);
  return rest;
}

function practice(): Signature['statement'] {
  const ask = { action: 'read', resource: 'invoices', seconds: 900 } as const;
  return {
    ...{ type: PRACTICE_TYPE, deployment: TERMS.deployment, tenant: 'acme', person: BOB },
    ...{
      practice: 'prc_0199f0a0-7b2c-7009-8000-000000000001',
      expected: ask,
      asked: ask,
      decision: 'approve',
    },
    ...{ notBefore: '2026-11-24T15:00:00Z', notAfter: '2026-12-01T15:00:00Z' },
  };
}

function stop(): Signature['statement'] {
  return {
    type: STOP_TYPE,
    deployment: TERMS.deployment,
    tenant: 'acme',
    person: BOB,
    nonce: 'A'.repeat(43),
    notBefore: '2026-11-24T15:00:00Z',
    notAfter: '2026-11-24T15:05:00Z',
    trust: TRUST.hash,
    log: LOG_POINT,
  };
}
