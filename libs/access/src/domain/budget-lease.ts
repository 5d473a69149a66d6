import type { Budget } from '@countersign/contract';

/** An amount of a budget: allowed calls, and bytes of response bodies. */
export interface BudgetUse {
  calls: number;
  bytes: number;
}

/**
 * The part of a grant's budget that one boot of one gateway may use. Amounts are totals since that boot began, so that
 * a repeated request takes nothing twice.
 */
export interface Lease {
  tenant: string;
  grant: string;
  gateway: string;
  /** The run of the gateway's process: a UUID that the gateway chose. */
  boot: string;
  /** The number of the last answered request. A request that arrives late changes nothing. */
  turn: number;
  held: BudgetUse;
  /** What the gateway's records prove. */
  used: BudgetUse;
  /** Calls whose outcome has arrived, and calls whose outcome the gateway itself does not know. */
  ended: number;
  lost: number;
  /** Set once the boot is over and all its records have arrived. */
  closedAt: string | null;
}

/** One gateway receives at most this fraction of the free budget at once, so that several gateways can share it. */
const SHARE = 4;
/** But at least this much, if there is as much: a smaller slice costs more requests than it helps sharing. */
const MIN_SLICE: BudgetUse = { calls: 1, bytes: 64 * 1024 };
/** And at most this much beyond its request: what a gateway holds when it crashes counts as used. */
const MAX_SLICE: BudgetUse = { calls: 256, bytes: 16 * 1024 ** 2 };

type Kind = keyof BudgetUse;

const taken = ({ held, used }: Lease, kind: Kind): number => Math.max(held[kind], used[kind]);

/** What is neither used nor held. Use that no lease explains counts as well. */
function free(kind: Kind, limit: number, leases: readonly Lease[], grantUsed: BudgetUse): number {
  const proven = leases.reduce((sum, { used }) => sum + used[kind], 0);
  const unleased = Math.max(0, grantUsed[kind] - proven);
  return Math.max(0, limit - unleased - leases.reduce((sum, lease) => sum + taken(lease, kind), 0));
}

/**
 * Answers a gateway's request for budget. A request above what the lease holds gets what the budget allows, with a
 * slice on top so that not every call needs a request. A wish below returns the rest, but never what was used.
 *
 * @param others the grant's other leases
 */
export function adjustLease(
  lease: Lease,
  others: readonly Lease[],
  budget: Budget,
  grantUsed: BudgetUse,
  { turn, used, wish }: { turn: number; used: BudgetUse; wish: BudgetUse },
): Lease {
  const after = (kind: Kind): number => {
    const limit = budget[kind];
    if (limit === undefined) return 0;
    const floor = Math.max(used[kind], lease.used[kind]);
    if (wish[kind] <= lease.held[kind]) return Math.max(wish[kind], floor);
    const now = { ...lease, held: { ...lease.held, [kind]: Math.max(lease.held[kind], floor) } };
    const room = free(kind, limit, [now, ...others], grantUsed);
    const slice = Math.min(Math.max(Math.ceil(room / SHARE), MIN_SLICE[kind]), MAX_SLICE[kind]);
    return now.held[kind] + Math.min(room, Math.max(wish[kind] - now.held[kind], slice));
  };
  return { ...lease, turn, held: { calls: after('calls'), bytes: after('bytes') } };
}

/** True if the lease's gateway may still return some of what it holds. */
export const hasUnusedBudget = ({ closedAt, held, used }: Lease): boolean =>
  closedAt === null && (held.calls > used.calls || held.bytes > used.bytes);

/**
 * Closes the lease of a boot that is over. All its calls are recorded, so the calls that it held beyond those are free
 * again. Bytes are free again only if no call was lost: no one knows how many bytes a lost call had sent.
 */
export function closeLease(lease: Lease, at: string): Lease {
  const bytes = lease.lost > 0 ? taken(lease, 'bytes') : lease.used.bytes;
  return { ...lease, held: { calls: lease.used.calls, bytes }, closedAt: at };
}

/**
 * True if nothing of the budget is left. Used-up bytes end the grant even while calls are open. Used-up calls end it
 * only once the last call has its outcome.
 */
export function isExhausted(budget: Budget, leases: readonly Lease[], grantUsed: BudgetUse): boolean {
  const spent = (kind: Kind): number => {
    const leased = leases.reduce(
      (sum, lease) => sum + (lease.closedAt === null ? lease.used[kind] : taken(lease, kind)),
      0,
    );
    return Math.max(leased, grantUsed[kind]);
  };
  if (budget.bytes !== undefined && spent('bytes') >= budget.bytes) return true;
  const hasOpenCalls = leases.some(({ used, ended }) => ended < used.calls);
  return budget.calls !== undefined && spent('calls') >= budget.calls && !hasOpenCalls;
}
