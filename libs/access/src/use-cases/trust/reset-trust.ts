import { requireOwnBrowser } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { startsNewChain } from '../../domain/trust/trust-document.js';
import { endReset, type ResetState, type TrustReset } from '../../domain/trust/trust-version.js';
import { AccessError, notFound } from '../../errors.js';
import type { VendorUnit } from '../../ports/index.js';
import { resetNotice } from '../notices/notices.js';
import { requireOwnTenant } from '../organisation/own-tenant.js';
import type { Deps } from '../shared/deps.js';
import { withdrawProposalIn } from './trust-proposals.js';

type By = { actor: string; at: string };

/**
 * On the host: says that a claimed tenant has lost all its keys. From then on its people may claim it anew, with keys of
 * their own that nothing before vouches for; until they have, all stays as it was. Gateways go by the new claim once each
 * is pinned to it on its own host, 72 hours later. Told to all of the tenant's people and the vendor's security admins.
 *
 * @throws AccessError `not_found`, `wrong_state` if it is not claimed, `conflict` if a reset is open
 */
export function resetTrust(deps: Deps, tenant: string, reason: string): Promise<TrustReset> {
  return deps.store.asVendor(async (unit) => {
    if ((await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    if ((await unit.trust.current(tenant)) === null)
      throw new AccessError('wrong_state', 'This tenant is not claimed: its people claim it as they are.');
    const by = { actor: 'host', at: deps.clock.now().toISOString() };
    const reset: TrustReset = {
      ...{ id: deps.ids.next('rst'), tenant, state: 'open', reason },
      ...{ createdAt: by.at, endedAt: null, endedBy: null },
    };
    const own = await unit.tenant(tenant);
    await own.trust.beginReset(reset);
    await tell(unit, reset, 'trust.reset', by);
    return reset;
  });
}

/** On the host: takes the word back. @throws AccessError `wrong_state` if none is open */
export function cancelReset(deps: Deps, tenant: string): Promise<TrustReset> {
  return deps.store.asVendor(async (unit) => {
    const by = { actor: 'host', at: deps.clock.now().toISOString() };
    return cancelIn(unit, await standingReset(unit, tenant), by);
  });
}

/**
 * The tenant's admin objects: the keys are not lost.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if none is open
 */
export async function cancelOwnReset(deps: Deps, principal: Principal, tenant: string): Promise<TrustReset> {
  requireOwnBrowser(principal);
  return deps.store.asVendor(async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'trust.propose', tenant);
    const by = { actor: actor.id, at: deps.clock.now().toISOString() };
    return cancelIn(unit, await standingReset(unit, tenant), by);
  });
}

async function standingReset({ trust }: VendorUnit, tenant: string): Promise<TrustReset> {
  const reset = await trust.openReset(tenant);
  if (reset === null) throw new AccessError('wrong_state', 'No reset of this tenant is open.');
  return reset;
}

/** With the claim that was proposed under it. */
async function cancelIn(unit: VendorUnit, reset: TrustReset, by: By): Promise<TrustReset> {
  const own = await unit.tenant(reset.tenant);
  const open = await own.trust.openProposal(reset.tenant);
  if (open !== null && startsNewChain(open.document, { current: await own.trust.current(reset.tenant) }))
    await withdrawProposalIn(own, open, by);
  return endResetIn(unit, reset, 'cancelled', by);
}

/** Ends a reset: `used` by a claim that was made anew, or `cancelled`. @throws AccessError `conflict` */
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
  await tell(unit, ended, `trust.reset-${to}`, by);
  return ended;
}

/** The deployment's log, which every tenant reads, says that there was one, and not whose. */
async function tell(unit: VendorUnit, reset: TrustReset, type: string, { actor, at }: By): Promise<void> {
  const { log, outbox } = await unit.tenant(reset.tenant);
  const data = { reset: reset.id };
  const said = reset.state === 'open' ? { personal: { reason: reset.reason } } : {};
  await log.append({ type, at, actor, data, ...said });
  await unit.log.append({ type, at, actor: actor === 'host' ? 'host' : 'job', data });
  await outbox.add(resetNotice(reset, at));
}
