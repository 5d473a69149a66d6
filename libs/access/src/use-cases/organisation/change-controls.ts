import { canonicalJson } from '@countersign/contract';
import { narrowingPart, narrowsControls } from '../../domain/controls-narrowing.js';
import type { TenantRecord } from '../../domain/organisation.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import type { ControlsWidening } from '../../domain/widening.js';
import { AccessError } from '../../errors.js';
import type { ControlsUnit, TenantUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { endUnfitGrantsIn } from './end-unfit-grants.js';
import { proposeWideningIn } from './waiting-changes.js';

/** Who changes the controls, when, and what brought the change: members of its event. */
interface ControlsChange {
  actor: string;
  at: string;
  cause?: { widening: string } | { proposal: string };
}

/** Stores a tenant's new controls, with the event. Gateways learn what they forbid, and live grants that no longer fit end. */
export async function storeControlsIn(
  unit: ControlsUnit,
  tenant: TenantRecord,
  after: PrivacyControls,
  { actor, at, cause }: ControlsChange,
): Promise<void> {
  const { slug, controls: before } = tenant;
  if (canonicalJson(before) === canonicalJson(after)) return;
  await unit.organisation.saveTenant({ ...tenant, controls: after });
  const { log } = await unit.tenant(slug);
  await log.append({
    type: 'tenant.change',
    at,
    actor,
    data: { tenant: slug, before, after, ...cause },
  });
  await unit.feed.changed('tenant', slug);
  await endUnfitGrantsIn(unit, slug, { actor, at });
}

/** True if this change has to wait: it widens, and the controls say what a widening waits for. */
export const mustWait = (before: PrivacyControls, after: PrivacyControls): boolean =>
  before.widening !== undefined && !narrowsControls(before, after);

/**
 * Changes a tenant's controls. A change that does not have to wait (`mustWait`) is stored at once. Of any other change the
 * narrowing part is stored at once, and the rest waits as a `ControlsWidening`. `runWideningStep` lets that take effect.
 *
 * @param proposal the proposal of the trust document that brings the change, and who made it; null: it comes another way
 * @returns the widening that waits; null: everything is changed
 * @throws AccessError `conflict` if a widening waits already
 */
export async function changeControlsIn(
  deps: Pick<Deps, 'ids'>,
  unit: ControlsUnit,
  tenant: TenantRecord,
  after: PrivacyControls,
  { actor, at, proposal }: { actor: string; at: string; proposal: { id: string; by: string } | null },
): Promise<ControlsWidening | null> {
  const { controls: before, slug } = tenant;
  const cause = proposal === null ? {} : { cause: { proposal: proposal.id } };
  if (!mustWait(before, after)) {
    await storeControlsIn(unit, tenant, after, { actor, at, ...cause });
    return null;
  }
  const narrowed = narrowingPart(before, after);
  await storeControlsIn(unit, tenant, narrowed, { actor, at });
  return proposeControlsIn(deps, await unit.tenant(slug), {
    ...{ by: proposal?.by ?? actor, before: narrowed, after, at, proposal: proposal?.id ?? null },
  });
}

/** Lets controls wait. @throws AccessError `conflict` if some wait already */
export async function proposeControlsIn(
  deps: Pick<Deps, 'ids'>,
  unit: TenantUnit,
  { at, ...draft }: Pick<ControlsWidening, 'by' | 'before' | 'after' | 'proposal'> & { at: string },
): Promise<ControlsWidening> {
  const earlier = await unit.widenings.waiting(unit.tenant);
  if (earlier !== null)
    throw new AccessError(
      'conflict',
      `${earlier.id} widens the controls and waits already. Withdraw it first, or wait until it takes effect.`,
    );
  return proposeWideningIn(deps, unit, { ...draft, person: null }, { present: draft.before, at });
}
