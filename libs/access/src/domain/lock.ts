import type { LockKind, ReviewSide } from '@countersign/contract';

/**
 * Blocks a tenant, a person, a service or one grant at once, until the side that set it lifts it, or until it expires. The lock
 * of one grant is a pause: a rule of supervision sets it.
 */
export interface Lock {
  id: string;
  kind: LockKind;
  /** By kind: a slug, a `usr_…`, a service's name, or a `grt_…`. */
  name: string;
  /** The one tenant that it applies to; null if it applies to all. A tenant's own lock applies to that tenant alone. */
  tenant: string | null;
  side: ReviewSide;
  reason: string;
  /** Who set it; `job` if a rule did. */
  person: string;
  /** The rule of supervision that set it; null if a person did. */
  rule: string | null;
  createdAt: string;
  expiresAt: string | null;
  liftedAt: string | null;
}

/** A lock as one side sees it. The reason is null for a customer if the vendor has set the lock. */
export type LockView = Omit<Lock, 'reason'> & { reason: string | null };

/** In force until it is lifted: a lock past its expiry still applies until the job has lifted it. */
export const isLockInForce = (lock: Pick<Lock, 'liftedAt'>): boolean => lock.liftedAt === null;

/**
 * What a lock may block: a person's access to a tenant's data in a service. `grant` is null before there is one. Then a pause
 * of another grant of that person at that service blocks it too, so that a new request does not bypass the pause.
 * `LockRepository.binding` finds such pauses; `lockBlocks` compares one lock and one access alone.
 */
export interface LockedAccess {
  tenant: string;
  person: string;
  service: string;
  grant: string | null;
}

/** True if the lock blocks this person's access to this tenant's data in this service. */
export function lockBlocks(lock: Omit<Lock, 'reason'>, access: LockedAccess): boolean {
  if (!isLockInForce(lock) || (lock.tenant !== null && lock.tenant !== access.tenant)) return false;
  return lock.name === access[lock.kind];
}
