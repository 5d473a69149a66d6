import type { FeedLock } from '@countersign/gateway-protocol';

/** What a call belongs to, as locks see it. */
type Lockable = { tenant: string; person: string; service: string };

const isLocked = (lock: FeedLock, { tenant, ...rest }: Lockable): boolean =>
  (lock.tenant === null || lock.tenant === tenant) && lock.name === { tenant, ...rest }[lock.kind];

/** The locks in force. Few; found by what they name, so that a call asks three times however many there are. */
export class Locks {
  private readonly byId = new Map<string, FeedLock>();
  private byName = new Map<string, FeedLock[]>();

  /** What of this is locked, in words; undefined where nothing is. */
  find(what: Lockable): string | undefined {
    if (this.byId.size === 0) return undefined;
    for (const kind of ['tenant', 'person', 'service'] as const) {
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
