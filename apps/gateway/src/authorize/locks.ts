import { LOCK_KINDS } from '@countersign/contract';
import type { FeedLock } from '@countersign/gateway-protocol';

/** The names of a call to which locks can apply. */
type Lockable = { tenant: string; person: string; service: string; grant: string };

const isLocked = (lock: FeedLock, { tenant, ...rest }: Lockable): boolean =>
  (lock.tenant === null || lock.tenant === tenant) && lock.name === { tenant, ...rest }[lock.kind];

/** The active locks, indexed by what they name: a call needs four look-ups, however many locks there are. */
export class Locks {
  private readonly byId = new Map<string, FeedLock>();
  private byName = new Map<string, FeedLock[]>();

  /** What of the call is locked, in words; undefined if nothing is. */
  find(what: Lockable): string | undefined {
    if (this.byId.size === 0) return undefined;
    for (const kind of LOCK_KINDS) {
      const locks = this.byName.get(`${kind} ${what[kind]}`) ?? [];
      if (locks.some((lock) => isLocked(lock, what))) return `the ${kind} is locked`;
    }
    return undefined;
  }

  replace(locks: readonly FeedLock[]): void {
    this.byId.clear();
    this.add(locks);
  }

  add(locks: readonly FeedLock[]): void {
    for (const lock of locks) this.byId.set(lock.id, lock);
    this.index();
  }

  lift(ids: readonly string[]): void {
    for (const id of ids) this.byId.delete(id);
    this.index();
  }

  private index(): void {
    this.byName = new Map();
    for (const lock of this.byId.values()) {
      const name = `${lock.kind} ${lock.name}`;
      this.byName.set(name, [...(this.byName.get(name) ?? []), lock]);
    }
  }
}
