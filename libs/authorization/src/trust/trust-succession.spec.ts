import {
  type Signature,
  type SignedTrustDocument,
  statementHash,
  type TrustDocument,
} from '@countersign/contract';
import { hashing } from '../../../../test/factories/grant-token.js';
import { AT, nextTrust, sampleTrust, signedTrust } from '../../../../test/factories/trust.js';
import { Authenticator, RecoveryKey } from '../../../../test/support/authenticator.js';
import { nodeCountersignPorts } from '../node-ports.js';
import { checkTrustSuccession, MAX_TRUST_DAYS, type Succession } from './trust-succession.js';

const person = (n: number) => `usr_0199f0a0-7b2c-7003-8000-00000000000${n}`;
const [ADA, BOB, EVE] = [person(1), person(2), person(3)];
const NOW = Date.parse('2026-11-24T15:00:00Z');
const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const [ada, ada2, bob, bob2, eve, adaNew] = Array.from({ length: 6 }, () => new Authenticator()) as [
  Authenticator,
  Authenticator,
  Authenticator,
  Authenticator,
  Authenticator,
  Authenticator,
];
const [adaPaper, bobPaper] = [new RecoveryKey(), new RecoveryKey()];
const PEOPLE = { [ADA]: [ada, ada2], [BOB]: [bob, bob2] };
const ALL = [ada, ada2, bob, bob2];

const first = sampleTrust(PEOPLE, { threshold: 2, approvals: 2 });
const pin = statementHash(hashing, first);
const genesis = signedTrust(first, ALL);

const reason = (next: SignedTrustDocument, succession: Partial<Succession> = {}) =>
  checkTrustSuccession({ current: null, pin, now: NOW, ...succession }, next, nodeCountersignPorts)?.reason;

/** A first version that is pinned as it stands. */
const begins = (document: TrustDocument, signatures: Signature<TrustDocument>[]) =>
  reason({ document, signatures }, { pin: statementHash(hashing, document) });

const follows = (document: TrustDocument, signatures: Signature<TrustDocument>[], current = first) =>
  reason({ document, signatures }, { current });
const by = (document: TrustDocument, ...keys: Authenticator[]) => keys.map((key) => key.sign(document, AT));
const people = (passkeys: Record<string, Authenticator[]>) => sampleTrust(passkeys).people;

describe('P12: a first trust document', () => {
  test('is accepted by its pinned hash, signed by each of its passkeys', () => {
    expect(reason(genesis)).toBeUndefined();
  });

  test('is accepted without a pin for a proposal', () => {
    expect(reason(genesis, { pin: null })).toBeUndefined();
  });

  test('with another hash than was pinned does not, however well signed', () => {
    expect(reason(signedTrust({ ...first, approvals: 1 }, ALL))).toBe('wrong_pin');
    const mallory = sampleTrust({ [ADA]: [eve, adaNew] });
    expect(reason(signedTrust(mallory, [eve, adaNew]))).toBe('wrong_pin');
  });

  test('that is not the first does not', () => {
    const second = nextTrust(first, { seq: 1 });
    expect(begins({ ...second, seq: 2 }, by({ ...second, seq: 2 }, ...ALL))).toBe('wrong_place');
  });

  test.each(ALL.map((key, at) => [at, key] as const))(
    'without the signature of its passkey %i does not',
    (_at, key) => {
      expect(
        reason({
          ...genesis,
          signatures: genesis.signatures.filter(({ credential }) => credential !== key.id),
        }),
      ).toBe('key_has_not_signed');
    },
  );

  test('is refused if one lost device would lock people out; a recovery key counts as a second one', () => {
    const alone = sampleTrust({ [ADA]: [ada] });
    expect(begins(alone, by(alone, ada))).toBe('no_backup');
    const printed = sampleTrust({ [ADA]: [ada] }, { recovery: [{ person: ADA, jwk: adaPaper.jwk }] });
    expect(begins(printed, by(printed, ada))).toBeUndefined();
    const half = sampleTrust({ [ADA]: [ada, ada2], [BOB]: [bob] }, { approvals: 2 });
    expect(begins(half, by(half, ada, ada2, bob))).toBe('no_backup');
  });

  test('cannot be signed by its own recovery key', () => {
    const printed = sampleTrust({ [ADA]: [ada] }, { recovery: [{ person: ADA, jwk: adaPaper.jwk }] });
    expect(begins(printed, [...by(printed, ada), adaPaper.sign(printed)])).toBe('unknown_key');
  });

  test('is valid for at most 180 days', () => {
    const long = (ms: number) =>
      sampleTrust(PEOPLE, { validUntil: instant(NOW + MAX_TRUST_DAYS * 86_400_000 + ms) });
    expect(begins(long(0), by(long(0), ...ALL))).toBeUndefined();
    expect(begins(long(6_000), by(long(6_000), ...ALL))).toBe('valid_too_long');
  });

  test('is accepted after it has expired: the version after it may still be valid', () => {
    expect(reason(genesis, { now: Date.parse(first.validUntil) + 1 })).toBeUndefined();
  });

  test.each<[string, (document: TrustDocument) => Signature<TrustDocument>[], string]>([
    [
      'one that does not hold',
      (d) => [...by(d, ada, ada2, bob), { ...bob2.sign(d, AT), signature: bob.sign(d, AT).signature }],
      'bad_signature',
    ],
    [
      'one over another document',
      (d) => [...by(d, ada, ada2, bob), { ...bob2.sign({ ...d, approvals: 1 }, AT), statement: d }],
      'wrong_challenge',
    ],
    [
      'one without user verification',
      (d) => [...by(d, ada, ada2, bob), bob2.sign(d, { ...AT, flags: 1 })],
      'user_not_verified',
    ],
    [
      'one at another origin',
      (d) => [...by(d, ada, ada2, bob), bob2.sign(d, { ...AT, origin: 'http://localhost:9' })],
      'wrong_origin',
    ],
    ['a stranger’s', (d) => by(d, ...ALL, eve), 'unknown_key'],
    ['one twice', (d) => by(d, ...ALL, bob2), 'duplicate_signature'],
  ])('with %s among its signatures does not count', (_what, signatures, expected) => {
    expect(reason({ document: first, signatures: signatures(first) })).toBe(expected);
  });
});

describe('P12: a later trust document', () => {
  test('is accepted if as many persons of the version before have signed as that version requires', () => {
    const next = nextTrust(first, { approvals: 1 });
    expect(follows(next, by(next, ada, bob))).toBeUndefined();
    expect(follows(next, by(next, ada2, bob2))).toBeUndefined();
    expect(follows(next, by(next, ada))).toBe('too_few');
  });

  test('needs persons, not keys: two devices are one person', () => {
    const next = nextTrust(first);
    expect(follows(next, by(next, ada, ada2))).toBe('too_few');
  });

  test('is signed by the threshold of the version before, not by its own', () => {
    const lowered = nextTrust(first, { threshold: 1 });
    expect(follows(lowered, by(lowered, ada))).toBe('too_few');
  });

  test.each<[string, Partial<TrustDocument>]>([
    ['the same number', { seq: 1 }],
    ['a number left out', { seq: 3 }],
    ['another version before it', { prev: `sha256:${'0'.repeat(64)}` }],
    ['another deployment', { deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000009' }],
    ['another tenant', { tenant: 'globex' }],
  ])('with %s is refused', (_what, change) => {
    const next = nextTrust(first, change);
    expect(follows(next, by(next, ada, bob))).toBe('wrong_place');
  });

  test('that is valid for too long is refused', () => {
    const next = nextTrust(first, { validUntil: instant(NOW + 181 * 86_400_000) });
    expect(follows(next, by(next, ada, bob))).toBe('valid_too_long');
  });

  test('cannot be accepted by a pin: only the first can', () => {
    const next = nextTrust(first, { approvals: 1 });
    expect(
      reason(
        { document: next, signatures: by(next, ada) },
        { current: first, pin: statementHash(hashing, next) },
      ),
    ).toBe('too_few');
  });

  test('adds a key that has signed, and no other', () => {
    const next = nextTrust(first, { people: people({ [ADA]: [ada, ada2, adaNew], [BOB]: [bob, bob2] }) });
    expect(follows(next, by(next, ada, bob))).toBe('key_has_not_signed');
    expect(follows(next, by(next, ada, bob, adaNew))).toBeUndefined();
    expect(follows(next, by(next, ada, adaNew))).toBe('too_few');
  });

  test('an added key alone cannot approve its own addition', () => {
    const next = nextTrust(first, {
      people: people({ [ADA]: [ada, ada2], [EVE]: [eve] }),
      approvals: 1,
      threshold: 1,
    });
    expect(follows(next, by(next, eve))).toBe('too_few');
    expect(follows(next, by(next, ada, eve))).toBe('too_few');
  });

  test('cannot replace the key behind a credential that stays', () => {
    const swapped = people({ [ADA]: [ada, ada2], [BOB]: [bob, bob2] });
    swapped[0]!.passkeys[0] = { id: ada.id, jwk: eve.jwk };
    const next = nextTrust(first, { people: swapped });
    expect(follows(next, by(next, ada, bob))).toBe('key_has_not_signed');
    expect(follows(next, by(next, ada2, bob))).toBe('key_has_not_signed');
    const forged = { ...eve.sign(next, AT), credential: ada.id };
    expect(follows(next, [...by(next, ada2, bob), forged])).toBe('bad_signature');
  });

  test('a key that gets another credential must sign again', () => {
    const renamed = people({ [ADA]: [ada, ada2], [BOB]: [bob, bob2] });
    renamed[0]!.passkeys[1] = { id: eve.id, jwk: ada2.jwk };
    const next = nextTrust(first, { people: renamed });
    expect(follows(next, by(next, ada, bob))).toBe('key_has_not_signed');
    expect(
      follows(next, [...by(next, ada, bob), { ...ada2.sign(next, AT), credential: eve.id }]),
    ).toBeUndefined();
  });

  test('a key that goes to another person must sign again', () => {
    const next = nextTrust(first, { people: people({ [ADA]: [ada], [BOB]: [bob, bob2, ada2] }) });
    expect(follows(next, by(next, ada, bob))).toBe('key_has_not_signed');
    expect(follows(next, by(next, ada2, bob))).toBeUndefined();
  });

  test('removes a lost key and a person with the signatures of those who are left', () => {
    const next = nextTrust(first, { people: people({ [BOB]: [bob, bob2] }), approvals: 1, threshold: 1 });
    expect(follows(next, by(next, bob, ada))).toBeUndefined();
    const last = nextTrust(next, { forbid: [{ service: 'billing', resource: '**', actions: ['*'] }] });
    expect(follows(last, by(last, ada), next)).toBe('unknown_key');
    expect(follows(last, by(last, bob), next)).toBeUndefined();
  });

  describe('by a recovery key', () => {
    const printed = sampleTrust(PEOPLE, {
      threshold: 2,
      recovery: [
        { person: ADA, jwk: adaPaper.jwk },
        { person: BOB, jwk: bobPaper.jwk },
      ],
    });
    const next = nextTrust(printed, { people: people({ [ADA]: [adaNew], [BOB]: [bob] }) });

    test('counts as its person', () => {
      expect(follows(next, [...by(next, adaNew, bob), adaPaper.sign(next)], printed)).toBeUndefined();
      expect(
        follows(next, [...by(next, adaNew), adaPaper.sign(next), bobPaper.sign(next)], printed),
      ).toBeUndefined();
    });

    test('counts once, and not beside its own person', () => {
      expect(follows(next, [...by(next, adaNew), adaPaper.sign(next), adaPaper.sign(next)], printed)).toBe(
        'duplicate_signature',
      );
      const same = nextTrust(printed);
      expect(follows(same, [...by(same, ada), adaPaper.sign(same)], printed)).toBe('too_few');
    });

    test('is one of the version before: neither a stranger’s nor one that is only being added', () => {
      expect(follows(next, [...by(next, adaNew, bob), new RecoveryKey().sign(next)], printed)).toBe(
        'unknown_key',
      );
      const adding = nextTrust(first, { recovery: [{ person: ADA, jwk: adaPaper.jwk }] });
      expect(follows(adding, [...by(adding, bob), adaPaper.sign(adding)])).toBe('unknown_key');
    });

    test('is over exactly this document', () => {
      expect(
        follows(
          next,
          [...by(next, adaNew, bob), { ...adaPaper.sign(nextTrust(printed)), statement: next }],
          printed,
        ),
      ).toBe('unknown_key');
    });

    test('is replaced, or goes to another person, with that person’s signature', () => {
      const three = sampleTrust(
        { ...PEOPLE, [EVE]: [eve] },
        { threshold: 2, recovery: [{ person: ADA, jwk: adaPaper.jwk }] },
      );
      const another = nextTrust(three, { recovery: [{ person: ADA, jwk: bobPaper.jwk }] });
      expect(follows(another, by(another, bob, eve), three)).toBe('key_has_not_signed');
      const moved = nextTrust(three, { recovery: [{ person: BOB, jwk: adaPaper.jwk }] });
      expect(follows(moved, by(moved, ada, eve), three)).toBe('key_has_not_signed');
      const others = nextTrust(three, {
        people: people({ ...PEOPLE, [EVE]: [eve, adaNew] }),
        recovery: [{ person: ADA, jwk: bobPaper.jwk }],
      });
      expect(follows(others, by(others, bob, eve, adaNew), three)).toBe('key_has_not_signed');
      expect(follows(others, by(others, ada, eve, adaNew), three)).toBeUndefined();
    });

    test('is added with the signature of its own person', () => {
      const three = sampleTrust({ ...PEOPLE, [EVE]: [eve] }, { threshold: 2 });
      const adding = nextTrust(three, { recovery: [{ person: ADA, jwk: adaPaper.jwk }] });
      expect(follows(adding, by(adding, bob, eve), three)).toBe('key_has_not_signed');
      expect(follows(adding, by(adding, ada, bob), three)).toBeUndefined();
      const joining = nextTrust(three, {
        people: people({ ...PEOPLE, [EVE]: [eve, adaNew] }),
        recovery: [{ person: EVE, jwk: adaPaper.jwk }],
      });
      expect(follows(joining, by(joining, ada, bob, adaNew), three)).toBeUndefined();
    });
  });

  test('may move to another relying party: old keys sign for the old one, new keys for the new one', () => {
    const rpId = 'sign.localhost';
    const origin = 'http://sign.localhost:4000';
    const next = nextTrust(first, {
      rpId,
      origins: [origin],
      people: people({ [ADA]: [adaNew], [BOB]: [eve] }),
    });
    const old = by(next, ada, bob);
    const fresh = (at: { rpId: string; origin: string }) => [adaNew, eve].map((key) => key.sign(next, at));
    expect(follows(next, [...old, ...fresh({ rpId, origin })])).toBeUndefined();
    expect(follows(next, [...old, ...fresh({ rpId, origin: AT.origin })])).toBeUndefined();
    expect(follows(next, [...old, ...fresh(AT)])).toBe('wrong_relying_party');
    const signed = [ada, bob].map((key) => key.sign(next, { rpId, origin }));
    expect(follows(next, [...signed, ...fresh({ rpId, origin })])).toBe('wrong_origin');
  });
});
