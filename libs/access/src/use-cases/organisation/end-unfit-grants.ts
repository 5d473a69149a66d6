import { type RequestRefusalCode, toInstant } from '@countersign/contract';
import { type Grant, hasEnded } from '../../domain/grant.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import type { Refusal } from '../../errors.js';
import type { ControlsUnit, ReadUnit } from '../../ports/index.js';
import { endGrantIn } from '../ending/end-grant.js';
import { refusalsNow, shortened } from '../grants/start-grant.js';
import type { EndedBy } from './end-access.js';

/** What passes by itself, or is lifted again: such a grant gets no token meanwhile, and does not end. */
const PASSING: ReadonlySet<RequestRefusalCode> = new Set([
  'outside_hours',
  'locked',
  'countersignature_unavailable',
]);

/** The refusals that end a live grant. */
const lastingRefusals = (refusals: readonly Refusal[]): Refusal[] =>
  refusals.filter(({ code }) => !PASSING.has(code));

/** A live grant that other controls would end, and why. */
export interface UnfitGrant {
  grant: Grant;
  refusals: Refusal[];
}

const LIVE_STATES = ['active', 'scheduled'] satisfies Grant['state'][];

/** The live grants of a tenant that these controls would end if they were stored now: the newest 200 of each state. */
export async function findUnfitGrants(
  unit: ReadUnit,
  slug: string,
  controls: PrivacyControls,
  now: Date,
): Promise<UnfitGrant[]> {
  const unfit: UnfitGrant[] = [];
  for (const state of LIVE_STATES) {
    const { items } = await unit.grants.list({ tenant: slug, state }, { cursor: null, limit: 200 });
    for (const grant of items) {
      const refusals = lastingRefusals(await refusalsNow(unit, grant, now, 'mint', controls));
      if (refusals.length > 0) unfit.push({ grant, refusals: shortened(refusals) });
    }
  }
  return unfit;
}

/**
 * Ends the live grants of a tenant that its controls no longer allow, in the unit that changed the controls. Gateways learn of
 * it by the feed, at once. What was approved with fewer approvals than are required now stays approved.
 */
export async function endUnfitGrantsIn(
  unit: Pick<ControlsUnit, 'tenant' | 'grants'>,
  slug: string,
  by: EndedBy,
): Promise<void> {
  return endUnfitIn(unit, await unit.grants.liveOf({ requesters: [], tenants: [slug], services: [] }), by);
}

/**
 * Ends the live grants of an engineer that no longer fit, in the unit of work that changed the engineer's facts. A grant no longer
 * fits if its approvers have read facts that are not true any more, or if the controls do not accept the new facts.
 */
export async function endGrantsOfChangedPersonIn(
  unit: Pick<ControlsUnit, 'tenant' | 'grants'>,
  person: string,
  by: EndedBy,
): Promise<void> {
  return endUnfitIn(unit, await unit.grants.liveOf({ requesters: [person], tenants: [], services: [] }), by);
}

async function endUnfitIn(
  unit: Pick<ControlsUnit, 'tenant'>,
  live: readonly Pick<Grant, 'id' | 'tenant'>[],
  by: EndedBy,
): Promise<void> {
  for (const { id, tenant } of live) {
    const own = await unit.tenant(tenant);
    const grant = await own.grants.find(id);
    if (grant === null || hasEnded(grant)) continue;
    const lasting = lastingRefusals(await refusalsNow(own, grant, new Date(by.at), 'mint'));
    if (lasting.length === 0) continue;
    const at = toInstant(new Date(by.at));
    await endGrantIn(own, grant, { reason: 'revoked', actor: by.actor, at, refusals: shortened(lasting) });
  }
}
