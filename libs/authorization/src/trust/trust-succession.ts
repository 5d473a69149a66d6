import {
  CLOCK_SKEW_MS,
  type SignedTrustDocument,
  statementHash,
  type TrustDocument,
} from '@countersign/contract';
import type { CountersignPorts } from '../countersignature/countersignature.js';
import { type CountersignRefusal, refuse } from '../countersignature/countersignature.js';
import { addedKeys, type Signers, verifyTrustSigners } from './trust-signers.js';

/** How long a version is valid at most after a checker first sees it: people leave, and keys are lost. */
export const MAX_TRUST_DAYS = 180;
const DAY_MS = 86_400_000;

/**
 * The place in the chain. `current` is the version before, null for the first. `pin` is the fingerprint that the first
 * version must have, from this gateway's own host. `pin` is null without one: then a first version may be proposed, but
 * no one may rely on it. `now` in milliseconds since the epoch.
 */
export type Succession = { current: TrustDocument | null; pin: string | null; now: number };

type Context = Succession & { next: TrustDocument; signers: Signers; ports: CountersignPorts };
type Step = (context: Context) => CountersignRefusal | undefined;

/** The first version is accepted only by its pinned hash. Its own signatures prove nothing: anyone can make keys. */
const hasThePinnedHash: Step = ({ current, pin, next, ports }) =>
  current !== null || pin === null || statementHash(ports.hashing, next) === pin
    ? undefined
    : refuse('wrong_pin', 'the first version has another fingerprint than was pinned');

/** The next number, directly after `current`: never back, never a branch. */
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
    : refuse('wrong_place', 'the version is for another tenant');

const endsInTime: Step = ({ next, now }) =>
  Date.parse(next.validUntil) <= now + MAX_TRUST_DAYS * DAY_MS + CLOCK_SKEW_MS
    ? undefined
    : refuse('valid_too_long', `the version is valid for more than ${MAX_TRUST_DAYS} days`);

/** One lost device must not lock a tenant out: as many persons as must approve have a second passkey or a recovery key. */
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

/** Distinct persons of the version before, by passkey or recovery key. The first version has none before it. */
const isSignedByThreshold: Step = ({ current, signers }) =>
  current === null || signers.persons.size >= current.threshold
    ? undefined
    : refuse('too_few', 'too few persons of the version before have signed');

const isSignedByAddedKeys: Step = ({ current, next, signers }) =>
  addedKeys(current, next).every(({ id }) => signers.added.has(id))
    ? undefined
    : refuse('key_has_not_signed', 'a passkey that is added has not signed');

/** A recovery key lies in a safe and cannot sign each time. Its person signs with a passkey instead. */
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

/** Every check of a version after its signatures were verified, in order. */
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
 * Checks that a version follows the one before. Returns why it is refused, or undefined if it is accepted. `next` comes
 * from `parseSignedTrustDocument`. Pure: gateway, broker and verifiers share it.
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
