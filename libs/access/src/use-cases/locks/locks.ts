import { type LockableKind, toInstant } from '@countersign/contract';
import { type Grant, hasEnded } from '../../domain/grant.js';
import { isLockInForce, type Lock, type LockView } from '../../domain/lock.js';
import { isForTenant, VENDOR_SLUG } from '../../domain/organisation.js';
import { requirePermission } from '../../domain/permissions.js';
import { isVendorStaff, type Person, type Principal } from '../../domain/person.js';
import { sideOf } from '../../domain/review.js';
import type { Stop } from '../../domain/trust/stop.js';
import { AccessError, noLongerKnown, notFound } from '../../errors.js';
import type { LockUnit, Page, PageQuery, ReadUnit, UnitOptions } from '../../ports/index.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { findStaff } from '../shared/staff.js';
import { readAsPerson } from '../shared/visible-objects.js';

export interface LockInput {
  /** People cannot lock a single grant. Only rules of supervision do (`pauseGrantIn`). */
  kind: LockableKind;
  /** A slug, a `usr_…` or a vendor e-mail, or a service's name. */
  name: string;
  reason: string;
  /** Null: until it is lifted. */
  seconds: number | null;
}

/**
 * Locks a tenant, a person or a service. The vendor's security admin may lock anything. A tenant's admin locks for their
 * own tenant, and such a lock applies to no other.
 *
 * @throws AccessError `forbidden`, `not_found` if nothing has that name
 */
export async function setLock(
  deps: Deps,
  principal: Principal,
  input: LockInput,
  repeatable: Repeatable = {},
): Promise<Lock> {
  requirePermission(principal, 'lock.set');
  const name = await resolveName(deps, principal.person, input);
  const bound = boundTenant(principal.person, input.kind, name);
  return inUnitOf(
    deps,
    bound,
    async (unit) => {
      const person = await requireMayLock(unit, principal, 'lock.set');
      const now = deps.clock.now();
      const at = toInstant(now);
      const lock: Lock = {
        id: deps.ids.next('lck'),
        kind: input.kind,
        name,
        tenant: bound,
        side: sideOf(person),
        reason: input.reason,
        person: person.id,
        rule: null,
        createdAt: at,
        expiresAt: input.seconds === null ? null : toInstant(new Date(now.getTime() + input.seconds * 1_000)),
        liftedAt: null,
      };
      await setLockIn(unit, lock);
      return lock;
    },
    idempotencyOptions(deps, repeatable),
  );
}

/**
 * Sets a lock inside a unit of work: row, event and feed change commit together. If a rule sets it, the event of the lock has
 * no reason: `supervision.crossed` has it.
 */
export async function setLockIn(unit: Pick<LockUnit, 'locks' | 'log' | 'feed'>, lock: Lock): Promise<void> {
  await unit.locks.insert(lock);
  await unit.log.append({
    type: 'lock.set',
    at: lock.createdAt,
    actor: lock.person,
    data: { ...eventData(lock), expiresAt: lock.expiresAt },
    ...(lock.rule === null ? { personal: { reason: lock.reason } } : {}),
    ...(lock.side === 'vendor' ? { openTo: [VENDOR_SLUG] } : {}),
  });
  await unit.feed.changed('lock', lock.id);
}

/**
 * Lifts a lock; only the side that set it can. The pause of a grant is lifted by `resumeGrant`.
 *
 * @throws AccessError `not_found`, `forbidden`, `conflict`
 */
export async function liftLock(deps: Deps, principal: Principal, id: string): Promise<Lock> {
  requirePermission(principal, 'lock.lift');
  const { person } = principal;
  const found = await readAsPerson(deps, person, (unit) => unit.locks.find(id));
  if (found === null || !isLockInForce(found)) throw notFound('lock');
  if (found.kind === 'grant')
    throw new AccessError('conflict', 'This lock pauses one grant. Let the grant go on instead.');
  return inUnitOf(deps, found.tenant, async (unit) => {
    const lock = await unit.locks.find(id);
    const lifting = await requireMayLock(unit, principal, 'lock.lift');
    await requireOwnKey(unit, principal);
    if (lock === null) throw notFound('lock');
    if (lock.side !== sideOf(lifting) || (lock.side === 'customer' && lock.tenant !== lifting.tenant))
      throw new AccessError('forbidden', 'Only the side that set a lock can lift it.');
    const lifted = await liftLockIn(unit, lock, lifting.id, toInstant(deps.clock.now()));
    if (lifted === null) throw notFound('lock');
    return lifted;
  });
}

/** The scheduler's step: lifts an expired lock. True if it did. */
export function expireLock(deps: Deps, id: string, tenant: string | null): Promise<boolean> {
  return inUnitOf(deps, tenant, async (unit) => {
    const lock = await unit.locks.find(id);
    const now = deps.clock.now();
    if (lock === null || lock.expiresAt === null || Date.parse(lock.expiresAt) > now.getTime()) return false;
    return (await liftLockIn(unit, lock, 'job', toInstant(now))) !== null;
  });
}

/** A lock as the person's side sees it. A customer does not learn why the vendor's people lock; its log has what rules do. */
export const lockFor = (person: Pick<Person, 'tenant'>, lock: Lock): LockView =>
  isVendorStaff(person) || lock.side === 'customer' || lock.rule !== null ? lock : { ...lock, reason: null };

/**
 * The locks in force that apply to the person's side, newest first. A customer does not learn why the vendor locks, nor of
 * locks on services that are not for it.
 */
export function listLocks(deps: Deps, principal: Principal, page: PageQuery): Promise<Page<LockView>> {
  requirePermission(principal, 'lock.read');
  const { person } = principal;
  return readAsPerson(deps, person, async (unit) => {
    const { items, next } = await unit.locks.list(page);
    if (isVendorStaff(person)) return { items, next };
    const seen: LockView[] = [];
    for (const lock of items) {
      if (lock.kind === 'service' && (await unit.organisation.service(lock.name)) === null) continue;
      seen.push(lockFor(person, lock));
    }
    return { items: seen, next };
  });
}

const eventData = ({ id, kind, name, tenant, side, rule }: Lock) => ({
  ...{ lock: id, kind, name, tenant, side },
  ...(rule === null ? {} : { rule }),
});

/** Lifts a lock inside a unit of work. @returns null if it was lifted before */
export async function liftLockIn(
  unit: Pick<LockUnit, 'locks' | 'log' | 'feed'>,
  lock: Lock,
  actor: string,
  at: string,
): Promise<Lock | null> {
  if (!(await unit.locks.lift(lock.id, at))) return null;
  await unit.log.append({ type: 'lock.lifted', at, actor, data: eventData(lock) });
  await unit.feed.changed('lock', lock.id);
  return { ...lock, liftedAt: at };
}

/** A lock that applies to all tenants is in the deployment's log, which every tenant may read. */
function inUnitOf<T>(
  deps: Deps,
  tenant: string | null,
  work: (unit: LockUnit) => Promise<T>,
  options?: UnitOptions,
): Promise<T> {
  return tenant === null
    ? deps.store.locks.write(work, options)
    : deps.store.forTenant(tenant, work, options);
}

/** The person as stored now. @throws AccessError `forbidden` */
async function requireMayLock(
  unit: LockUnit,
  principal: Principal,
  permission: 'lock.set' | 'lock.lift',
): Promise<Person> {
  const person = await unit.organisation.person(principal.person.id);
  if (person === null) throw noLongerKnown();
  requirePermission(principal, permission, person);
  return person;
}

function boundTenant(person: Person, kind: LockInput['kind'], name: string): string | null {
  if (isVendorStaff(person)) return kind === 'tenant' ? name : null;
  if (kind === 'tenant' && name !== person.tenant)
    throw new AccessError('forbidden', 'A tenant’s admin can lock only their own tenant.');
  return person.tenant;
}

/** The name under which the lock is stored and looked up. @throws AccessError `not_found` */
async function resolveName(deps: Deps, by: Person, { kind, name }: LockInput): Promise<string> {
  if (kind === 'tenant' && by.tenant !== null) return name;
  if (kind === 'person') {
    const found = await findStaff(deps, name);
    if (found === null) throw notFound('person among the vendor’s staff');
    return found.id;
  }
  return deps.store.directory.read(async (unit) => {
    if (kind === 'tenant') {
      if ((await unit.organisation.tenant(name)) === null) throw notFound(kind);
      return name;
    }
    const service = await unit.organisation.service(name);
    if (service === null || (by.tenant !== null && !isForTenant(service, by.tenant))) throw notFound(kind);
    return name;
  });
}

/** What keeps calls under these grants from passing: locks, and the customers' stops. */
export async function loadBlocks(
  unit: Pick<ReadUnit, 'locks' | 'stops'>,
  grants: readonly Grant[],
): Promise<{ locks: Lock[]; stops: Stop[] }> {
  const open = grants.filter((grant) => !hasEnded(grant));
  const tenants = [...new Set(open.map(({ tenant }) => tenant))];
  const accesses = open.map(({ id, tenant, service, requester }) => ({
    ...{ tenant, service, person: requester, grant: id },
  }));
  const [locks, stops] = await Promise.all([unit.locks.binding(accesses), unit.stops.standing(tenants)]);
  return { locks, stops };
}
