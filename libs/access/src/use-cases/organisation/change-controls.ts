import { canonicalJson } from '@countersign/contract';
import { narrowingPart, narrowsControls } from '../../domain/controls-narrowing.js';
import {
  type ControlsWidening,
  dueWideningStep,
  mayConfirm,
  needsConfirmation,
  type WideningFacts,
} from '../../domain/controls-widening.js';
import type { TenantRecord } from '../../domain/organisation.js';
import { hasRole } from '../../domain/person.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import { AccessError } from '../../errors.js';
import type { ControlsUnit, ReadUnit, TenantUnit } from '../../ports/index.js';
import { wideningNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { endUnfitGrantsIn } from './end-unfit-grants.js';

/** Who changes the controls, when, and what brought the change: members of its event. */
export interface ControlsChange {
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
  return proposeWideningIn(deps, await unit.tenant(slug), {
    ...{ by: proposal?.by ?? actor, before: narrowed, after, at, proposal: proposal?.id ?? null },
  });
}

/** Stores a widening that waits, with its event and notice. @throws AccessError `conflict` if one waits already */
export async function proposeWideningIn(
  { ids }: Pick<Deps, 'ids'>,
  unit: TenantUnit,
  { at, ...given }: Pick<ControlsWidening, 'by' | 'before' | 'after' | 'proposal'> & { at: string },
): Promise<ControlsWidening> {
  const { tenant, widenings, log, outbox } = unit;
  const earlier = await widenings.waiting(tenant);
  if (earlier !== null)
    throw new AccessError(
      'conflict',
      `${earlier.id} widens the controls and waits already. Withdraw it first, or wait until it takes effect.`,
    );
  const { by, before, after, proposal } = given;
  const waits = before.widening ?? { delay: 0, secondAdmin: false };
  const admins = (await unit.organisation.withRole(tenant, 'admin')).map((person) => person.id);
  const drafted: ControlsWidening = {
    ...{ id: ids.next('wdn'), tenant, state: 'waiting', version: 1, ...given, waits, admins },
    ...{ confirmation: null, createdAt: at, dueAt: at, endedAt: null },
  };
  const facts = await wideningFacts(unit, before);
  if (needsConfirmation(drafted, facts) && !admins.some((each) => mayConfirm(drafted, facts, each)))
    throw new AccessError(
      'conflict',
      'This widens the controls, and there is no other admin who could confirm it. Add one first.',
    );
  const widening = scheduled(drafted, facts, new Date(at));
  await widenings.insert(widening);
  await log.append({
    type: 'widening.proposed',
    at,
    actor: by,
    data: { widening: widening.id, before, after, waits, ...(proposal === null ? {} : { proposal }) },
  });
  await outbox.add(wideningNotice(widening, 'proposed', at));
  return widening;
}

/** The widening with the next moment at which the scheduler has to look at it. */
export function scheduled(widening: ControlsWidening, facts: WideningFacts, now: Date): ControlsWidening {
  const step = dueWideningStep(widening, facts, now);
  return { ...widening, dueAt: step.do === 'wait' ? step.dueAt : now.toISOString() };
}

/** The facts by which a widening's confirmation counts. @param present the controls now */
export async function wideningFacts(
  { tenant, organisation, trust }: Pick<TenantUnit, 'tenant'> & Pick<ReadUnit, 'organisation' | 'trust'>,
  present: PrivacyControls,
): Promise<WideningFacts> {
  const admins = await organisation.withRole(tenant, 'admin');
  return {
    present,
    isClaimed: (await trust.current(tenant)) !== null,
    isAdmin: (id) => admins.some((person) => person.id === id && hasRole(person, 'admin')),
  };
}
