import { type Grant, hasEnded } from './grant.js';
import { type LockView, lockBlocks } from './lock.js';
import type { Stop } from './trust/stop.js';

/** Whether calls under a grant can pass now. `GrantState` says only whether it has begun or ended; stops and locks count here alone. */
export type GrantAccess = 'open' | 'not_yet' | 'stopped' | 'locked' | 'ended';

export interface AccessStatus {
  access: GrantAccess;
  /** Why it is not open. Null while it is, and before it begins. */
  reason: AccessReason | null;
}

export interface AccessReason {
  /** `usr_…`; null if time, a rule or the host did it. */
  by: string | null;
  at: string;
  text: string;
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

const END_TEXTS: Record<NonNullable<Grant['endReason']>, string> = {
  expired: 'The time is over.',
  revoked: 'The access was stopped.',
  released: 'The engineer gave the access back.',
  exhausted: 'The budget is used up.',
};

/** Why the grant has ended; also when its time is over and no job has ended it yet. Null if it has not. */
function endOf(grant: Grant, now: Date): AccessReason | null {
  const { endedAt, endedBy, endReason } = grant;
  if (hasEnded(grant) && endedAt !== null)
    return { by: endedBy, at: endedAt, text: END_TEXTS[endReason ?? 'expired'] };
  const end = grant.startsAt === null ? grant.useBy : grant.endsAt;
  if (end === null || now.getTime() < Date.parse(end)) return null;
  return { by: null, at: end, text: END_TEXTS.expired };
}

const reasonOfStop = ({ digest, person, at }: Stop): AccessReason => ({
  by: person,
  at,
  text: digest === null ? 'The customer has stopped all access.' : 'The customer has stopped this access.',
});

const reasonOfLock = ({ kind, reason, rule, person, createdAt, side }: LockView): AccessReason => {
  const who = side === 'vendor' ? 'The vendor' : 'The customer';
  const why = reason === null ? '.' : `: ${reason}`;
  if (rule !== null)
    return { by: null, at: createdAt, text: `${who}’s rule “${rule}” has paused this access${why}` };
  const what = {
    tenant: 'all access to this customer’s data',
    person: 'the engineer',
    service: 'the service',
    grant: 'this access',
  }[kind];
  return { by: person, at: createdAt, text: `${who} has locked ${what}${why}` };
};
