import { canonicalJson } from '@countersign/contract';
import { narrowingPart } from '../../domain/controls-narrowing.js';
import type { ControlsWidening } from '../../domain/widening.js';
import { AccessError } from '../../errors.js';
import type { ReadUnit } from '../../ports/index.js';
import { mustWait, proposeControlsIn } from '../organisation/change-controls.js';
import { endWideningIn } from '../organisation/waiting-changes.js';
import type { Deps } from '../shared/deps.js';
import type { OrganisationStep } from './plan/organisation-step.js';
import { tenantStep } from './plan/tenant-steps.js';

type Reads = Pick<ReadUnit, 'trust' | 'widenings'>;

/**
 * Splits each step by which the host widens the controls of an unclaimed tenant whose controls say what a widening waits
 * for: the part that narrows is applied, and the rest waits for the tenant's delay and admins. Claimed tenants are left to
 * `planWideningProposals`.
 *
 * @throws AccessError `conflict` if a widening of the tenant's own people waits
 */
export async function planWaitingWidenings(
  deps: Pick<Deps, 'ids'>,
  steps: readonly OrganisationStep[],
  unitOf: (tenant: string) => Reads | Promise<Reads>,
): Promise<OrganisationStep[]> {
  const plans = await Promise.all(
    steps.map(async (step) => {
      if (step.tenant === undefined || !mustWait(step.tenant.before.controls, step.tenant.after.controls))
        return [step];
      const unit = await unitOf(step.tenant.after.slug);
      const { slug } = step.tenant.after;
      if ((await unit.trust.current(slug)) !== null) return [step];
      return splitStep(deps, step, step.tenant, await unit.widenings.waiting(slug));
    }),
  );
  return plans.flat();
}

function splitStep(
  deps: Pick<Deps, 'ids'>,
  { change: { action } }: OrganisationStep,
  { before, after }: NonNullable<OrganisationStep['tenant']>,
  waiting: ControlsWidening | null,
): OrganisationStep[] {
  const { slug } = after;
  if (waiting !== null && waiting.by !== 'host')
    throw new AccessError(
      'conflict',
      `${slug}: its own people have proposed ${waiting.id}, which widens its controls and waits. Apply the file once that is over.`,
    );
  const narrowed = { ...after, controls: narrowingPart(before.controls, after.controls) };
  const isOpenAlready = waiting !== null && canonicalJson(waiting.after) === canonicalJson(after.controls);
  const changes = action === 'add' || canonicalJson(before) !== canonicalJson(narrowed);
  return [
    ...(changes ? [tenantStep(before, narrowed, action === 'add' ? 'add' : 'change')] : []),
    {
      change: {
        ...{ action: 'propose', kind: 'tenant', name: slug },
        ...{ before: narrowed.controls, after: after.controls },
      },
      async apply(unit, at) {
        // The same file again: what waits goes on waiting.
        if (isOpenAlready) return;
        const own = await unit.tenant(slug);
        if (waiting !== null) await endWideningIn(own, waiting, 'withdrawn', { actor: 'host', at });
        const widening = { before: narrowed.controls, after: after.controls, proposal: null };
        await proposeControlsIn(deps, own, { ...widening, by: 'host', at });
      },
    },
  ];
}
