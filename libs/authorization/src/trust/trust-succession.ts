import {
  CLOCK_SKEW_MS,
  type SignedTrustDocument,
  statementHash,
  type TrustDocument,
} from '@countersign/contract';
import type { CountersignPorts } from '../countersignature/countersignature.js';
import { type CountersignRefusal, refuse } from '../countersignature/countersignature.js';
import { addedKeys, type Signers, verifyTrustSigners } from './trust-signers.js';

/** A version lives at most so long after it is first seen: people leave, and keys are lost. */
export const MAX_TRUST_DAYS = 180;
const DAY_MS = 86_400_000;

/**
 * Where a version is to come in. `current` is the last one that counts, null for the first of all. `pin` is the
 * fingerprint that the first one must have, from this gateway's own host; null where nobody has pinned yet: to propose a
 * first version, never to rely on one. `now` in milliseconds since the epoch.
 */
export type Succession = { current: TrustDocument | null; pin: string | null; now: number };

type Context = Succession & { next: TrustDocument; signers: Signers; ports: CountersignPorts };
type Step = (context: Context) => CountersignRefusal | undefined;

/** The first version counts by its hash alone: whatever else is signed by its own keys was never the customer's word. */
const hasThePinnedHash: Step = ({ current, pin, next, ports }) =>
  current !== null || pin === null || statementHash(ports.hashing, next) === pin
    ? undefined
    : refuse('wrong_pin', 'the first version has another fingerprint than was pinned');

/** The next number, after exactly that version: neither back nor aside. */
const followsTheLast: Step = ({ current, next, ports }) => {
  const follows =
    current === null
      ? next.seq === 1
      : next.seq === current.seq + 1 && next.prev === statementHash(ports.hashing, current);
  return follows ? undefined : refuse('wrong_place', 'the version does not follow the last one');
};

const isOfTheSameTenant: Step = ({ current, next }) =>
  current === null || (next.deployment === current.deployment && next.tenant === current.tenant)
    ? undefined
    : refuse('wrong_place', 'the version is of another tenant');

const endsInTime: Step = ({ next, now }) =>
  Date.parse(next.validUntil) <= now + MAX_TRUST_DAYS * DAY_MS + CLOCK_SKEW_MS
    ? undefined
    : refuse('valid_too_long', `the version is valid for more than ${MAX_TRUST_DAYS} days`);

/** Who begins must not be shut out by one lost device: as many as approve have a second passkey or a recovery key. */
const beginsWithBackups: Step = ({ current, next }) => {
  if (current !== null) return undefined;
  const safe = next.people.filter(
    ({ person, passkeys }) =>
      passkeys.length > 1 || (next.recovery ?? []).some((key) => key.person === person),
  );
  return safe.length >= next.approvals
    ? undefined
    : refuse('no_backup', 'too few persons have a second passkey or a recovery key');
};

/** Distinct persons of the version before, by passkey or recovery key. The first one has nobody before it. */
const isSignedByThreshold: Step = ({ current, signers }) =>
  current === null || signers.persons.size >= current.threshold
    ? undefined
    : refuse('too_few', 'too few persons of the version before have signed');

const isSignedByAddedKeys: Step = ({ current, next, signers }) =>
  addedKeys(current, next).every(({ id }) => signers.added.has(id))
    ? undefined
    : refuse('key_has_not_signed', 'a passkey that is added has not signed');

/** A recovery key cannot be asked for each time; its person answers for it, with a passkey. */
const addsRecoveryWithItsPerson: Step = ({ current, next, signers }) => {
  const known = current?.recovery ?? [];
  const added = (next.recovery ?? []).filter(
    (key) => !known.some(({ person, jwk }) => person === key.person && jwk.x === key.jwk.x),
  );
  const has = (person: string) =>
    signers.persons.has(person) ||
    next.people.some(
      (each) => each.person === person && each.passkeys.some(({ id }) => signers.added.has(id)),
    );
  return added.every(({ person }) => has(person))
    ? undefined
    : refuse('key_has_not_signed', 'the person of a recovery key that is added has not signed');
};

/** Every check of a version after its signatures were read, in order. */
const successionSteps: readonly Step[] = [
  hasThePinnedHash,
  followsTheLast,
  isOfTheSameTenant,
  endsInTime,
  beginsWithBackups,
  isSignedByThreshold,
  isSignedByAddedKeys,
  addsRecoveryWithItsPerson,
];

/**
 * Why a version of a trust document does not follow, or undefined where it does. `next` is as `parseSignedTrustDocument`
 * answers it. Pure: the same at the gateway, at the broker and for a verifier.
 */
export function checkTrustSuccession(
  succession: Succession,
  next: SignedTrustDocument,
  ports: CountersignPorts,
): CountersignRefusal | undefined {
  const signers = verifyTrustSigners(succession.current, next, ports);
  if ('reason' in signers) return signers;
  const context: Context = { ...succession, next: next.document, signers, ports };
  for (const step of successionSteps) {
    const refusal = step(context);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
