import { toInstant } from '@countersign/contract';
import {
  adjustLease,
  type BudgetUse,
  closeLease,
  hasUnusedBudget,
  isExhausted,
  type Lease,
} from '../../domain/budget-lease.js';
import { serves, servesTenant } from '../../domain/gateway-binding.js';
import { hasEnded, isUsable } from '../../domain/grant.js';
import { AccessError, notFound } from '../../errors.js';
import type { EnrolledGateway, TenantUnit } from '../../ports/index.js';
import { endGrantIn } from '../ending/end-grant.js';
import type { Deps } from '../shared/deps.js';

interface LeaseInput {
  boot: string;
  grant: string;
  turn: number;
  used: BudgetUse;
  wish: BudgetUse;
}

/** `held`: the totals up to which the boot may go; null if the budget has no such limit. */
interface LeaseAnswer {
  held: { calls: number | null; bytes: number | null };
  /** True if other gateways hold budget that they may return. */
  elsewhere: boolean;
}

/**
 * Gives a gateway a part of a grant's budget, or takes back what it no longer needs. All leases together never exceed the
 * budget, however many gateways and brokers there are: units of one tenant run one after the other.
 *
 * @throws AccessError `not_found` (also for a grant that this gateway does not serve), `grant_not_active`, `conflict` for a
 *   closed boot
 */
export async function leaseBudget(
  deps: Deps,
  by: Pick<EnrolledGateway, 'id' | 'services' | 'tenants'>,
  request: LeaseInput,
): Promise<LeaseAnswer> {
  const gateway = by.id;
  const known = await deps.store.directory.read((unit) => unit.directory.ownerOf('grant', request.grant));
  if (known === null || !servesTenant(by, known.tenant)) throw notFound('grant');
  return deps.store.forTenant(known.tenant, async (unit) => {
    const grant = await unit.grants.find(request.grant);
    if (grant !== null && !serves(by, grant)) throw notFound('grant');
    if (grant === null || !isUsable(grant, deps.clock.now()))
      throw new AccessError('grant_not_active', 'This grant is not active.');
    const budget = (await unit.requests.find(grant.request))?.terms.budget;
    if (budget === undefined) return { held: { calls: null, bytes: null }, elsewhere: false };
    const { boot, turn } = request;
    const all = await unit.leases.ofGrant(grant.id);
    const isOwn = (lease: Lease) => lease.gateway === gateway && lease.boot === boot;
    const own = all.find(isOwn) ?? newLease(unit.tenant, grant.id, gateway, boot);
    const others = all.filter((lease) => !isOwn(lease));
    if (own.closedAt !== null) throw new AccessError('conflict', 'This boot of the gateway is closed.');
    const lease = turn <= own.turn ? own : adjustLease(own, others, budget, grant.used, request);
    if (lease !== own) await unit.leases.save(lease);
    return {
      held: {
        calls: budget.calls === undefined ? null : lease.held.calls,
        bytes: budget.bytes === undefined ? null : lease.held.bytes,
      },
      elsewhere: others.some(hasUnusedBudget),
    };
  });
}

/**
 * Closes the leases of boots that the gateway reports as over, once all their records have arrived. What these leases held
 * and did not use is free again.
 */
export async function closeLeases(deps: Deps, gateway: string, boots: readonly string[]): Promise<void> {
  const open = await deps.store.gateways.read((unit) => unit.leases.openOf(gateway, boots));
  for (const { tenant, grant, boot } of open)
    await deps.store.forTenant(tenant, async (unit) => {
      const leases = await unit.leases.ofGrant(grant);
      const lease = leases.find((each) => each.gateway === gateway && each.boot === boot);
      if (lease === undefined || lease.closedAt !== null) return;
      await unit.leases.save(closeLease(lease, deps.clock.now().toISOString()));
      await endIfExhausted(deps, unit, grant);
    });
}

/** Ends a grant whose budget is used up. Called after its leases or their use have changed. */
export async function endIfExhausted(deps: Deps, unit: TenantUnit, id: string): Promise<void> {
  const grant = await unit.grants.find(id);
  if (grant === null || hasEnded(grant)) return;
  const budget = (await unit.requests.find(grant.request))?.terms.budget;
  if (budget === undefined || !isExhausted(budget, await unit.leases.ofGrant(id), grant.used)) return;
  await endGrantIn(unit, grant, { reason: 'exhausted', actor: 'job', at: toInstant(deps.clock.now()) });
}

const newLease = (tenant: string, grant: string, gateway: string, boot: string): Lease => ({
  tenant,
  grant,
  gateway,
  boot,
  turn: 0,
  held: { calls: 0, bytes: 0 },
  used: { calls: 0, bytes: 0 },
  ended: 0,
  lost: 0,
  closedAt: null,
});
