import type { LegalHold } from '../../domain/log-settings.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { sideOf } from '../../domain/review.js';
import { AccessError, noLongerKnown, notFound } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';

/**
 * Sets the caller's side's legal hold: nothing in the tenant's log is erased or pruned until that side lifts it. For the
 * tenant's admin, and for the vendor's legal counsel.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if this side holds already
 */
export function setLegalHold(
  deps: Deps,
  principal: Principal,
  tenant: string,
  reason: string,
): Promise<LegalHold> {
  return changeHold(deps, principal, tenant, async (unit, person) => {
    const at = deps.clock.now().toISOString();
    const hold: LegalHold = { side: sideOf(person), person: person.id, setAt: at };
    if (!(await unit.logSettings.hold(hold)))
      throw new AccessError('wrong_state', 'Your side has set a legal hold already.');
    await unit.log.append({
      ...{ type: 'hold.set', at, actor: person.id, data: { side: hold.side }, personal: { reason } },
    });
    return hold;
  });
}

/**
 * Lifts the caller's side's legal hold. The other side's stays.
 *
 * @throws AccessError `forbidden`, `not_found`
 */
export function liftLegalHold(deps: Deps, principal: Principal, tenant: string): Promise<void> {
  return changeHold(deps, principal, tenant, async (unit, person) => {
    const side = sideOf(person);
    if (!(await unit.logSettings.release(side))) throw notFound('legal hold of your side');
    const at = deps.clock.now().toISOString();
    await unit.log.append({ type: 'hold.lifted', at, actor: person.id, data: { side } });
  });
}

/** @throws AccessError `legal_hold` */
export async function requireNoHold({ logSettings }: Pick<TenantUnit, 'logSettings'>): Promise<void> {
  const [hold] = await logSettings.holds();
  if (hold !== undefined)
    throw new AccessError(
      'legal_hold',
      `The ${hold.side === 'vendor' ? 'vendor’s legal counsel' : 'tenant'} has set a legal hold, so nothing in this log is erased or pruned.`,
    );
}

async function changeHold<T>(
  deps: Deps,
  principal: Principal,
  tenant: string,
  work: (unit: TenantUnit, person: Person) => Promise<T>,
): Promise<T> {
  requirePermission(principal, 'log.hold');
  if (principal.person.tenant !== null && principal.person.tenant !== tenant) throw notFound('tenant');
  return deps.store.forTenant(tenant, async (unit) => {
    const person = await unit.organisation.person(principal.person.id);
    if (person === null) throw noLongerKnown();
    if ((await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    requirePermission(principal, 'log.hold', person);
    await requireOwnKey(unit, principal);
    return work(unit, person);
  });
}
