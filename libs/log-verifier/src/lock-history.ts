import { type Lock, lockBlocks } from '@countersign/access/policy';
import type { LeafData, LeafOf } from './leaf-data.js';

/** A lock as the leaves lead to it. Times in milliseconds since the epoch. */
type LockEntry = Pick<Lock, 'id' | 'kind' | 'name' | 'tenant' | 'side'> & {
  from: number;
  /** When it was lifted; null while it is in force. */
  to: number | null;
  expiresAt: number | null;
};

type Access = Parameters<typeof lockBlocks>[1];

type LockRole = 'security-admin' | 'admin' | 'approver';

/** The roles that may set or lift a lock. The customer's approvers may also lift a pause of a grant. */
const rolesFor = (side: Lock['side'], isPause: boolean): LockRole[] =>
  side === 'vendor' ? ['security-admin'] : isPause ? ['admin', 'approver'] : ['admin'];

/** The locks of one log, with the time in which each was in force. */
export class LockHistory {
  constructor(readonly state: { locks: LockEntry[] } = { locks: [] }) {}

  /**
   * Takes `lock.set` or `lock.lifted`.
   *
   * @param holds whether a person held a role of their side at the time of the leaf
   * @throws LogFault `role_not_held`, `wrong_lift`
   */
  take(data: LeafOf<'lock.set' | 'lock.lifted'>, holds: (person: string, role: LockRole) => boolean): void {
    const { actor } = data.leaf;
    const isSet = data.type === 'lock.set';
    const lock = data.type === 'lock.set' ? undefined : this.inForce(data);
    // Who may lift it depends on the lock itself, whatever the leaf that lifts it says.
    const side = lock?.side ?? data.members.side;
    const isPause = (lock?.kind ?? data.members.kind) === 'grant';
    // `job` sets a lock only if a rule pauses a grant. It lifts a lock only if that has expired (`lift` checks that).
    if (actor === 'job' ? isSet && !isPause : !rolesFor(side, isPause).some((role) => holds(actor, role)))
      throw data.fault(
        isSet ? 'role_not_held' : 'wrong_lift',
        `${actor} is no ${rolesFor(side, isPause).join(' or ')} of the side that locked.`,
      );
    if (data.type === 'lock.set') this.set(data, side);
    else if (lock !== undefined) this.lift(data, lock, actor === 'job');
  }

  /** The locks that block this access at that moment. */
  blocking(access: Access, at: number): Lock[] {
    return this.state.locks
      .filter(({ from, to }) => from <= at && (to === null || at < to))
      .map(asLock)
      .filter((lock) => lockBlocks(lock, access));
  }

  /** Whether such a lock was in force for the whole span. */
  blockedThroughout(access: Access, from: number, to: number): boolean {
    return this.state.locks.some(
      (lock) => lock.from <= from && (lock.to === null || to < lock.to) && lockBlocks(asLock(lock), access),
    );
  }

  private set(data: LeafOf<'lock.set'>, side: Lock['side']): void {
    this.state.locks.push({
      id: data.members.lock,
      kind: data.members.kind as Lock['kind'],
      name: data.members.name,
      tenant: data.members.tenant,
      side,
      from: data.at,
      to: null,
      expiresAt: data.members.expiresAt !== null ? data.instant('expiresAt') : null,
    });
  }

  private inForce(data: LeafOf<'lock.lifted'>): LockEntry {
    const lock = this.state.locks.find(({ id, to }) => id === data.members.lock && to === null);
    if (lock === undefined) throw data.fault('wrong_lift', 'no such lock is in force.');
    return lock;
  }

  private lift(data: LeafData, lock: LockEntry, isExpiry: boolean): void {
    if (isExpiry && (lock.expiresAt === null || data.at < lock.expiresAt))
      throw data.fault('wrong_lift', 'the lock had not expired.');
    lock.to = data.at;
  }
}

const asLock = ({ id, kind, name, tenant, side }: LockEntry): Lock => ({
  ...{ id, kind, name, tenant, side, reason: '', person: '', createdAt: '' },
  ...{ rule: null, expiresAt: null, liftedAt: null },
});
