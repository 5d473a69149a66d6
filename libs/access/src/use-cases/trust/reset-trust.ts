import type { Principal } from '../../domain/person.js';
import { startsNewChain } from '../../domain/trust/trust-document.js';
import { endReset, type ResetState, type TrustReset } from '../../domain/trust/trust-version.js';
import { AccessError, notFound } from '../../errors.js';
import type { VendorUnit } from '../../ports/index.js';
import { resetNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { requireOwnTenant } from '../shared/tenant-access.js';
import { withdrawProposalIn } from './trust-proposals.js';

type By = { actor: string; at: string };

/**
 * On the host: declares that a claimed tenant has lost all its keys. Its people may then start a new chain, with keys that
 * the old chain does not vouch for. Until they have, nothing changes. Gateways follow the new chain 72 hours after each is
 * pinned to it on its own host. All of the tenant's people and the vendor's security admins are notified.
 *
 * @throws AccessError `not_found`, `wrong_state` if it is not claimed, `conflict` if a reset is open
 */
export function resetTrust(deps: Deps, tenant: string, reason: string): Promise<TrustReset> {
  return deps.store.asVendor(async (unit) => {
    if ((await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    if ((await unit.trust.current(tenant)) === null)
      throw new AccessError(
        'wrong_state',
        'This tenant is not claimed. Its people can claim it without a reset.',
      );
    const by = { actor: 'host', at: deps.clock.now().toISOString() };
    const reset: TrustReset = {
      ...{ id: deps.ids.next('rst'), tenant, state: 'open', reason },
      ...{ createdAt: by.at, endedAt: null, endedBy: null },
    };
    const own = await unit.tenant(tenant);
    await own.trust.beginReset(reset);
    await recordReset(unit, reset, 'trust.reset', by);
    return reset;
  });
}

/** On the host: cancels the reset. @throws AccessError `wrong_state` if none is open */
export function cancelReset(deps: Deps, tenant: string): Promise<TrustReset> {
  return deps.store.asVendor(async (unit) => {
    const by = { actor: 'host', at: deps.clock.now().toISOString() };
    return cancelIn(unit, await requireOpenReset(unit, tenant), by);
  });
}

/**
 * The tenant's admin cancels the reset, because the keys are not lost.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if none is open
 */
export async function cancelOwnReset(deps: Deps, principal: Principal, tenant: string): Promise<TrustReset> {
  return deps.store.asVendor(async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'trust.propose', tenant);
    const by = { actor: actor.id, at: deps.clock.now().toISOString() };
    return cancelIn(unit, await requireOpenReset(unit, tenant), by);
  });
}

async function requireOpenReset({ trust }: VendorUnit, tenant: string): Promise<TrustReset> {
  const reset = await trust.openReset(tenant);
  if (reset === null) throw new AccessError('wrong_state', 'No reset of this tenant is open.');
  return reset;
}

/** Also withdraws the new chain that was proposed under the reset. */
async function cancelIn(unit: VendorUnit, reset: TrustReset, by: By): Promise<TrustReset> {
  const own = await unit.tenant(reset.tenant);
  const open = await own.trust.openProposal(reset.tenant);
  if (open !== null && startsNewChain(open.document, { current: await own.trust.current(reset.tenant) }))
    await withdrawProposalIn(own, open, by);
  return endResetIn(unit, reset, 'cancelled', by);
}

/** Ends a reset: `used` by a new chain, or `cancelled`. @throws AccessError `conflict` */
export async function endResetIn(
  unit: VendorUnit,
  reset: TrustReset,
  to: Exclude<ResetState, 'open'>,
  by: By,
): Promise<TrustReset> {
  const ended = endReset(reset, to, by);
  const { trust } = await unit.tenant(reset.tenant);
  if (!(await trust.endReset(ended)))
    throw new AccessError('conflict', 'This reset was ended at the same moment.');
  await recordReset(unit, ended, `trust.reset-${to}`, by);
  return ended;
}

/** The tenant's log gets the whole event. The deployment's log, which every tenant reads, does not say whose reset it is. */
async function recordReset(
  unit: VendorUnit,
  reset: TrustReset,
  type: `trust.reset${'' | '-used' | '-cancelled'}`,
  { actor, at }: By,
): Promise<void> {
  const { log, outbox } = await unit.tenant(reset.tenant);
  const data = { reset: reset.id };
  const said = reset.state === 'open' ? { personal: { reason: reset.reason } } : {};
  await log.append({ type, at, actor, data, ...said });
  await unit.log.append({ type, at, actor: actor === 'host' ? 'host' : 'job', data });
  await outbox.add(resetNotice(reset, at));
}
