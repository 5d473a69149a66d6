import type { Grant } from '../../domain/grant.js';
import { canSee, requestVisibility, requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type { Deps } from '../shared/deps.js';
import { readAsPerson } from '../shared/visible-objects.js';

/** How fast and how much an engineer calls under a grant, beside their own earlier grants. Numbers alone, no data. */
interface GrantPace {
  /** Allowed calls in the last minute, as far as their records have arrived. */
  callsPerMinute: number;
  /** Medians over the engineer's earlier grants for this service of this tenant; null if there are none. */
  usual: { callsPerMinute: number; calls: number; bytes: number; grants: number } | null;
}

/** The newest of the engineer's earlier grants count. */
const MOST_EARLIER = 50;
const MINUTE_MS = 60_000;

/** @throws AccessError `not_found` */
export function readPace(deps: Deps, principal: Principal, id: string): Promise<GrantPace> {
  requirePermission(principal, 'grant.read');
  const { person } = principal;
  return readAsPerson(deps, person, async (unit) => {
    const grant = await unit.grants.find(id);
    if (grant === null || !canSee(requestVisibility(person), grant)) throw notFound('grant');
    const { tenant, service, requester } = grant;
    const since = new Date(deps.clock.now().getTime() - MINUTE_MS).toISOString();
    const filter = { tenant, service, requester, state: 'ended' };
    const [callsPerMinute, { items }] = await Promise.all([
      unit.records.countAllowed(grant, since),
      unit.grants.list(filter, { cursor: null, limit: MOST_EARLIER }),
    ]);
    return { callsPerMinute, usual: usualOf(items.filter((earlier) => earlier.id !== id)) };
  });
}

/** Medians of grants that were open. */
function usualOf(grants: readonly Grant[]): GrantPace['usual'] {
  const begun = grants.filter(({ startsAt, endedAt }) => startsAt !== null && endedAt !== null);
  if (begun.length === 0) return null;
  return {
    callsPerMinute: Math.round(median(begun.map(paceOf)) * 10) / 10,
    calls: Math.round(median(begun.map(({ used }) => used.calls))),
    bytes: Math.round(median(begun.map(({ used }) => used.bytes))),
    grants: begun.length,
  };
}

/** Calls a minute over the time in which the grant was open, at least a minute. */
const paceOf = ({ used, startsAt, endedAt }: Grant): number =>
  used.calls / Math.max(1, (Date.parse(endedAt ?? '') - Date.parse(startsAt ?? '')) / MINUTE_MS);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [upper = 0, lower = 0] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
}
