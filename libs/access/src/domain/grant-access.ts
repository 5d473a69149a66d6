import type { GrantAccess, ReviewSide } from '@countersign/contract';
import { type Grant, hasEnded } from './grant.js';
import { type LockView, lockBlocks } from './lock.js';
import type { Stop } from './trust/stop.js';

export interface AccessStatus {
  access: GrantAccess;
  /** Why it is not open. Null while it is, and before it begins. */
  reason: AccessReason | null;
}

/** How access ended, or what keeps it from passing calls. */
type AccessReasonCode =
  | NonNullable<Grant['endReason']>
  | 'stopped_all'
  | 'stopped_this'
  | 'locked_tenant'
  | 'locked_person'
  | 'locked_service'
  | 'paused';

/** Readers get it in words of their own: `accessReasonText` of the wording library. */
export interface AccessReason {
  code: AccessReasonCode;
  /** `usr_…`; null if time, a rule or the host did it. */
  by: string | null;
  at: string;
  /** Whose stop, lock or rule it is; null once access has ended. */
  side: ReviewSide | null;
  /** The rule of supervision that paused it; null if a person acted. */
  rule: string | null;
  /** The reason that the author of the lock, or of the stop of one grant, gave; null if there is none, or if the reader may not know it. */
  why: string | null;
}

/**
 * Whether calls under a grant can pass. The gateways decide by the same facts: an ended grant stays ended, a customer's
 * signed stop goes before a lock, and both before a window that has not begun.
 *
 * @param locks in force, of any tenant
 * @param stops in force, of any tenant
 */
export function accessStatus(
  grant: Grant,
  { locks, stops }: { locks: readonly LockView[]; stops: readonly Stop[] },
  now: Date,
): AccessStatus {
  const ended = endOf(grant, now);
  if (ended !== null) return { access: 'ended', reason: ended };
  const stop = stops.find(
    ({ tenant, digest }) => tenant === grant.tenant && (digest === null || digest === grant.digest),
  );
  if (stop !== undefined) return { access: 'stopped', reason: reasonOfStop(stop) };
  const { tenant, service, requester: person } = grant;
  const lock = locks.find((each) => lockBlocks(each, { tenant, service, person, grant: grant.id }));
  if (lock !== undefined) return { access: 'locked', reason: reasonOfLock(lock) };
  const hasBegun = grant.startsAt !== null && Date.parse(grant.startsAt) <= now.getTime();
  return { access: hasBegun ? 'open' : 'not_yet', reason: null };
}

/** Why the grant has ended; also when its time is over and no job has ended it yet. Null if it has not. */
function endOf(grant: Grant, now: Date): AccessReason | null {
  const { endedAt, endedBy, endReason } = grant;
  const ended = { side: null, rule: null, why: null };
  if (hasEnded(grant) && endedAt !== null)
    return { code: endReason ?? 'expired', by: endedBy, at: endedAt, ...ended };
  const end = grant.startsAt === null ? grant.useBy : grant.endsAt;
  if (end === null || now.getTime() < Date.parse(end)) return null;
  return { code: 'expired', by: null, at: end, ...ended };
}

const reasonOfStop = ({ digest, person, at }: Stop): AccessReason => ({
  code: digest === null ? 'stopped_all' : 'stopped_this',
  ...{ by: person, at, side: 'customer', rule: null, why: null },
});

const LOCK_CODES: Readonly<Record<LockView['kind'], AccessReasonCode>> = {
  tenant: 'locked_tenant',
  person: 'locked_person',
  service: 'locked_service',
  grant: 'paused',
};

const reasonOfLock = ({ kind, reason, rule, person, createdAt, side }: LockView): AccessReason => ({
  code: LOCK_CODES[kind],
  ...{ by: rule === null ? person : null, at: createdAt, side, rule, why: reason },
});
