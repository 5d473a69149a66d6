import type { ReviewSide } from './review.js';

export const LOCK_KINDS = ['tenant', 'person', 'service'] as const;
export type LockKind = (typeof LOCK_KINDS)[number];

/** Blocks a tenant, a person or a service at once, until it is lifted by the side that set it, or expires. */
export interface Lock {
  id: string;
  kind: LockKind;
  /** A slug, a `usr_…` or a service's name, by kind. */
  name: string;
  /** The one tenant that it binds; null where it binds all. A tenant's own lock binds that tenant only. */
  tenant: string | null;
  side: ReviewSide;
  reason: string;
  /** Who set it. */
  person: string;
  createdAt: string;
  expiresAt: string | null;
  liftedAt: string | null;
}

/** In force until it is lifted: one that should have expired holds until the job has said so. */
export const isLockInForce = (lock: Lock): boolean => lock.liftedAt === null;

/** True where the lock blocks this person's access to this tenant's data in this service. */
export function lockBlocks(lock: Lock, to: { tenant: string; person: string; service: string }): boolean {
  if (!isLockInForce(lock) || (lock.tenant !== null && lock.tenant !== to.tenant)) return false;
  return lock.name === to[lock.kind];
}
