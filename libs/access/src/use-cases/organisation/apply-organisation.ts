import type { Organisation } from '../../domain/organisation.js';
import { hasRole, isVendorStaff } from '../../domain/person.js';
import { REQUESTER_ROLES } from '../../policy/bases.js';
import type { VendorUnit, WholeOrganisation } from '../../ports/index.js';
import { endGrantsIn } from '../grants/end-grant.js';
import type { Deps } from '../shared/deps.js';
import { type HostWidening, requireUnclaimed } from '../trust/claimed-tenant.js';
import { planWideningProposals } from '../trust/propose-widening.js';
import { planWaitingWidenings } from './host-widening.js';
import { type OrganisationChange, type OrganisationStep, planOrganisation } from './organisation-plan.js';

/**
 * Makes the organisation match the file: all of it or nothing, with an event for each difference. What the file no longer
 * names is marked as removed, never deleted, and grants that depend on it end. A change that widens a claimed tenant
 * becomes a proposal for the tenant's own people, if a trust document can express it; one that widens an unclaimed tenant
 * waits, if the tenant's controls say so.
 *
 * @param organisation already validated as a whole (@countersign/config)
 * @returns the differences; with `dryRun` nothing is written
 * @throws AccessError `tenant_claimed` if it would widen a claimed tenant by more than a trust document can express,
 *   `conflict` if a widening of a tenant's own people waits
 */
export async function applyOrganisation(
  deps: Deps,
  organisation: Organisation,
  options: { dryRun: boolean },
): Promise<OrganisationChange[]> {
  if (options.dryRun) {
    return deps.store.readAsVendor(async (unit) => {
      const steps = await planSteps(deps, organisation, await unit.organisation.everything(), () => unit);
      await requireUnclaimed(unit.trust, wideningsOf(steps));
      return steps.map((each) => each.change);
    });
  }
  return deps.store.asVendor(async (unit) => {
    const at = deps.clock.now().toISOString();
    const stored = await unit.organisation.everything();
    const steps = await planSteps(deps, organisation, stored, (tenant) => unit.tenant(tenant));
    await requireUnclaimed(unit.trust, wideningsOf(steps));
    for (const each of steps) await each.apply(unit, at);
    if (steps.length > 0) await endOrphanedGrants(unit, at);
    return steps.map((each) => each.change);
  });
}

/** The steps to the file. What widens a tenant waits for its people, if its controls or its trust document say so. */
async function planSteps(
  deps: Deps,
  organisation: Organisation,
  stored: WholeOrganisation,
  unitOf: Parameters<typeof planWideningProposals>[2] & Parameters<typeof planWaitingWidenings>[2],
): Promise<OrganisationStep[]> {
  const planned = planOrganisation(deps, organisation, stored);
  return planWideningProposals(deps, await planWaitingWidenings(deps, planned, unitOf), unitOf);
}

const wideningsOf = (steps: readonly OrganisationStep[]): HostWidening[] =>
  steps.flatMap(({ widens }) => widens ?? []);

/** A grant depends on its requester, tenant and service. If one of them is removed, the grant ends. */
async function endOrphanedGrants(unit: VendorUnit, at: string): Promise<void> {
  const { people, tenants, services } = await unit.organisation.everything();
  const without = await unit.grants.liveOf({
    requesters: people
      .filter((each) => isVendorStaff(each) && !REQUESTER_ROLES.some((role) => hasRole(each, role)))
      .map((each) => each.id),
    tenants: tenants.filter((each) => each.removedAt !== null).map((each) => each.slug),
    services: services.filter((each) => each.removedAt !== null).map((each) => each.definition.name),
  });
  for (const { tenant, ...grant } of without)
    await endGrantsIn(await unit.tenant(tenant), [grant], { reason: 'revoked', actor: 'host', at });
}
