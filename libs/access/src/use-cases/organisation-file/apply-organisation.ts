import { canonicalJson } from '@countersign/contract';
import type { Organisation } from '../../domain/organisation.js';
import { hasRole, isVendorStaff } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import { REQUESTER_ROLES } from '../../policy/bases.js';
import type { VendorUnit, WholeOrganisation } from '../../ports/index.js';
import { endGrantsIn } from '../ending/end-grant.js';
import { notifyingOutdatedEverywhere } from '../evaluation/reevaluate.js';
import { changedMembers } from '../organisation/changed-members.js';
import { type HostWidening, requireUnclaimed } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';
import { planWaitingWidenings } from './host-widening.js';
import { organisationHash } from './organisation-hash.js';
import { planOrganisation } from './plan/organisation-plan.js';
import type { OrganisationChange, OrganisationStep } from './plan/organisation-step.js';
import { planWideningProposals } from './propose-widening.js';

/**
 * Makes the organisation match the file: all of it or nothing, with an event for each difference. What the file no longer
 * names is marked as removed, never deleted, and grants that depend on it end. A change that widens a claimed tenant
 * becomes a proposal for the tenant's own people, if a trust document can express it; one that widens an unclaimed tenant
 * waits, if the tenant's controls say so. A person whom a SCIM client has made on the other side is left out, and named; all
 * else is applied. Engineers are notified of open requests that the change outdates.
 *
 * @param organisation already validated as a whole (@countersign/config)
 * @param options `expect`: the hash of the organisation in force that the file was compared with
 * @returns the differences; with `dryRun` nothing is written
 * @throws AccessError `tenant_claimed` if it would widen a claimed tenant by more than a trust document can express,
 *   `conflict` if a widening of a tenant's own people waits, or if another organisation is in force than `expect` names
 */
export async function applyOrganisation(
  deps: Deps,
  organisation: Organisation,
  options: { dryRun: boolean; expect?: string | undefined },
): Promise<OrganisationChange[]> {
  if (options.dryRun) {
    const { stored, changes } = await planOfFile(deps, () => organisation);
    requireExpected(deps, stored, options.expect);
    return changes;
  }
  return deps.store.asVendor(async (unit) => {
    const now = deps.clock.now();
    const at = now.toISOString();
    const stored = await unit.organisation.everything();
    requireExpected(deps, stored, options.expect);
    const steps = await planSteps(deps, organisation, stored, (tenant) => unit.tenant(tenant));
    await requireUnclaimed(unit.trust, wideningsOf(steps));
    const changes = steps.map((each) => each.change);
    if (changes.every(({ action }) => action === 'skip')) return changes;
    await notifyingOutdatedEverywhere(unit, now, async () => {
      for (const each of steps) await each.apply(unit, at);
      const whole = await unit.organisation.everything();
      await endOrphanedGrants(unit, whole, at);
      await logApplied(deps, unit, { before: stored, after: whole, changes, at });
    });
    return changes;
  });
}

/** The organisation in force, and what a file would change, in one snapshot. `fileFor` gives the file to compare. */
export function planOfFile(
  deps: Deps,
  fileFor: (stored: WholeOrganisation) => Organisation,
): Promise<{ stored: WholeOrganisation; changes: OrganisationChange[] }> {
  return deps.store.readAsVendor(async (unit) => {
    const stored = await unit.organisation.everything();
    const steps = await planSteps(deps, fileFor(stored), stored, () => unit);
    await requireUnclaimed(unit.trust, wideningsOf(steps));
    return { stored, changes: steps.map((each) => each.change) };
  });
}

export const readWholeOrganisation = (deps: Deps): Promise<WholeOrganisation> =>
  deps.store.readAsVendor((unit) => unit.organisation.everything());

function requireExpected({ hashing }: Deps, stored: WholeOrganisation, expect: string | undefined): void {
  if (expect === undefined || organisationHash(hashing, stored) === expect) return;
  throw new AccessError(
    'conflict',
    'The organisation in force is not the one that --expect names: someone changed it since. Compare the file again.',
  );
}

/** What the leaf of an applied file names: more than that is cut off, and the counts in the leaf say so. */
const MOST_CHANGES = 500;
const MOST_MEMBERS = 20;

/** One leaf for the whole file, in the vendor's own log. It names members without their values, which may be secret (P11). */
async function logApplied(
  deps: Deps,
  unit: VendorUnit,
  applied: { before: WholeOrganisation; after: WholeOrganisation; changes: OrganisationChange[]; at: string },
): Promise<void> {
  const { before, after, changes, at } = applied;
  const count = (action: OrganisationChange['action']) =>
    changes.filter((change) => change.action === action).length;
  const named = changes.slice(0, MOST_CHANGES).map(({ action, kind, name, ...sides }) => ({
    ...{ action, kind, name },
    members: changedMembers(sides.before, sides.after)
      .slice(0, MOST_MEMBERS)
      .map(({ path }) => path),
  }));
  await (await unit.logOf(null)).append({
    type: 'organisation.applied',
    at,
    actor: 'host',
    data: {
      before: before.vendorName === null ? null : organisationHash(deps.hashing, before),
      after: organisationHash(deps.hashing, after),
      ...{ added: count('add'), changed: count('change') },
      ...{ removed: count('remove'), proposed: count('propose') },
      ...(count('skip') === 0 ? {} : { skipped: count('skip') }),
    },
    personal: { changes: canonicalJson(named) },
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
async function endOrphanedGrants(
  unit: VendorUnit,
  { people, tenants, services }: WholeOrganisation,
  at: string,
): Promise<void> {
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
