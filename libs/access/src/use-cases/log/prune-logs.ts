import { type AnyEventData, type EventMember, type EventType, TILE_WIDTH } from '@countersign/contract';
import type { ReadUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { eachInTurn } from '../shared/each-in-turn.js';

/** Tiles of one unit of work. The next run continues. */
const MOST_TILES = 20;
const MOST_TENANTS = 200;
const DAY_MS = 86_400_000;

interface PrunedLeaf {
  type: EventType;
  data: AnyEventData;
  commitments: Record<string, string>;
}

/**
 * The job that prunes logs whose tenant wants a retention: whole tiles of leaves that are all older, from the beginning on.
 * The leaf `log.pruned` commits with the deletion. Hashes on the levels above stay, so that proofs of later leaves, and every
 * root, can still be computed. With the leaves go the values behind their commitments, the access records, and the reasons of
 * reviews. Nothing is pruned under a legal hold.
 *
 * @returns how many leaves were pruned
 * @throws AggregateError after trying all tenants, if some failed
 */
export async function pruneLogs(deps: Deps): Promise<number> {
  const failures: unknown[] = [];
  let [pruned, after] = [0, ''];
  for (let isLast = false; !isLast; ) {
    const position = after;
    const due = await deps.store.schedule.read(({ schedule }) => schedule.toPrune(position, MOST_TENANTS));
    const batch = await eachInTurn(due, ({ tenant, days }) => pruneLog(deps, tenant, days));
    pruned += batch.done;
    failures.push(...batch.failures);
    after = due.at(-1)?.tenant ?? '';
    isLast = due.length < MOST_TENANTS;
  }
  if (pruned > 0) await deps.store.scrubDeleted();
  if (failures.length > 0) throw new AggregateError(failures, `pruning ${failures.length} logs failed`);
  return pruned;
}

async function pruneLog(deps: Deps, tenant: string, days: number): Promise<number> {
  const now = deps.clock.now();
  const cutoff = new Date(now.getTime() - days * DAY_MS).toISOString();
  // Leaves never change: what is read here is still so in the unit that deletes them.
  const { from, before, leaves } = await deps.store.readForTenant(tenant, (unit) => oldLeaves(unit, cutoff));
  if (before === from) return 0;
  const requests = await deps.store.readForTenant(tenant, (unit) =>
    requestsWithLaterLeaves(unit, leaves, before),
  );
  return deps.store.forTenant(tenant, async (unit) => {
    if ((await unit.logSettings.holds()).length > 0) return 0;
    const { retentionDays } = await unit.logSettings.read();
    if (retentionDays === null || retentionDays > days) return 0;
    if (!(await unit.log.prune(from, before))) return 0;
    await unit.log.append({ type: 'log.pruned', at: now.toISOString(), actor: 'job', data: { before } });
    await unit.erasures.forget(storedBeside(leaves, requests));
    return before - from;
  });
}

/** The next whole tiles whose leaves are all older than `cutoff`. Times need not follow the order of the log. */
async function oldLeaves({ events }: ReadUnit, cutoff: string) {
  const from = await events.minimumIndex();
  const { size } = await events.head();
  let before = from;
  for (let tiles = 0; tiles < MOST_TILES && before + TILE_WIDTH < size; tiles += 1) {
    const newest = await events.newestOf(before, before + TILE_WIDTH);
    if (newest === null || newest >= cutoff) break;
    before += TILE_WIDTH;
  }
  const leaves = await events.leaves(from, before);
  return { from, before, leaves: leaves.map((leaf) => JSON.parse(leaf) as PrunedLeaf) };
}

/** Requests with leaves that stay: their texts stay too, because those leaves commit to them. */
async function requestsWithLaterLeaves(
  { events }: ReadUnit,
  leaves: readonly PrunedLeaf[],
  before: number,
): Promise<Set<string>> {
  const requests = new Set(
    leaves.flatMap(({ type, data }) => (type === 'request.created' ? [String(data.request)] : [])),
  );
  const continuing = new Set<string>();
  for (const request of requests) {
    const { items } = await events.list({ request }, { cursor: null, limit: 1 });
    if ((items[0]?.index ?? 0) >= before) continuing.add(request);
  }
  return continuing;
}

/** What the store keeps beside these leaves. An invitation's ticket stays: requests that it allowed may share it. */
function storedBeside(leaves: readonly PrunedLeaf[], continuing: ReadonlySet<string>) {
  const ids = (types: readonly EventType[], member: EventMember) =>
    leaves.flatMap(({ type, data }) => (types.includes(type) ? [String(data[member])] : []));
  const isShared = ({ type, data }: PrunedLeaf) => {
    if (type === 'invitation.created') return true;
    const terms = data.terms as { invitation?: string } | undefined;
    return (
      type === 'request.created' && (continuing.has(String(data.request)) || terms?.invitation !== undefined)
    );
  };
  return {
    commitments: leaves.flatMap((leaf) => (isShared(leaf) ? [] : Object.values(leaf.commitments))),
    records: ids(['access.allowed', 'access.refused'], 'record'),
    reviews: ids(['request.reviewed'], 'review'),
  };
}
