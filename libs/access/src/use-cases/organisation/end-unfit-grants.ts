import { toInstant } from '@countersign/contract';
import { hasEnded } from '../../domain/grant.js';
import type { RefusalCode } from '../../errors.js';
import type { ControlsUnit } from '../../ports/index.js';
import { endGrantIn } from '../grants/end-grant.js';
import { refusalsNow, shortened } from '../grants/start-grant.js';
import type { EndedBy } from './end-access.js';

/** What passes by itself, or is lifted again: such a grant gets no token meanwhile, and does not end. */
const PASSING: ReadonlySet<RefusalCode> = new Set([
  'outside_hours',
  'locked',
  'countersignature_unavailable',
]);

/**
 * Ends the live grants of a tenant that its controls no longer allow, in the unit that changed the controls. Gateways learn of
 * it by the feed, at once. What was approved with fewer approvals than are required now stays approved.
 */
export async function endUnfitGrantsIn(
  unit: Pick<ControlsUnit, 'tenant' | 'grants'>,
  slug: string,
  by: EndedBy,
): Promise<void> {
  const own = await unit.tenant(slug);
  const live = await unit.grants.liveOf({ requesters: [], tenants: [slug], services: [] });
  for (const { id } of live) {
    const grant = await own.grants.find(id);
    if (grant === null || hasEnded(grant)) continue;
    const refusals = await refusalsNow(own, grant, new Date(by.at), 'mint');
    const lasting = refusals.filter(({ code }) => !PASSING.has(code));
    if (lasting.length === 0) continue;
    const at = toInstant(new Date(by.at));
    await endGrantIn(own, grant, { reason: 'revoked', actor: by.actor, at, refusals: shortened(lasting) });
  }
}
