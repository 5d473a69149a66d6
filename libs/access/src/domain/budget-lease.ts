import type { Budget } from '@countersign/contract';

/** How much of a budget: calls let through, bytes of response body. */
export interface BudgetUse {
  calls: number;
  bytes: number;
}

/**
 * A part of a grant's budget that one boot of one gateway may use. Amounts are totals since the boot began, so that
 * an ask that is repeated takes nothing twice.
 */
export interface Lease {
  tenant: string;
  grant: string;
  gateway: string;
  /** The run of the gateway's process, a UUID that it chose. */
  boot: string;
  /** The last ask that was answered; one that comes late changes nothing. */
  turn: number;
  held: BudgetUse;
  /** What the gateway's records prove. */
  used: BudgetUse;
  /** Calls among them whose outcome has come, and those of which the gateway itself does not know it. */
  ended: number;
  lost: number;
  /** Set once the boot is over and all its records are here. */
  closedAt: string | null;
}

/** At most this share of what is free goes to one gateway at once, so that several can share a budget. */
const SHARE = 4;
/** Though never less than this, where there is as much: a slice that is soon used up costs more than it shares. */
const LEAST_AT_ONCE: BudgetUse = { calls: 1, bytes: 64 * 1024 };
/** And never more than this beyond what was asked for: what a gateway holds when it dies counts as used. */
const MOST_AT_ONCE: BudgetUse = { calls: 256, bytes: 16 * 1024 ** 2 };

type Kind = keyof BudgetUse;

const taken = ({ held, used }: Lease, kind: Kind): number => Math.max(held[kind], used[kind]);

/** What is neither used nor held by anybody, of a budget of which `unleased` was used without a lease. */
function free(kind: Kind, limit: number, leases: readonly Lease[], grantUsed: BudgetUse): number {
  const proven = leases.reduce((sum, { used }) => sum + used[kind], 0);
  const unleased = Math.max(0, grantUsed[kind] - proven);
  return Math.max(0, limit - unleased - leases.reduce((sum, lease) => sum + taken(lease, kind), 0));
}

/**
 * What a lease holds after an ask. A wish above what it holds is met as far as the budget has room, with something on
 * top so that not every call has to ask; one below gives the rest back, but never what was used.
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
    const slice = Math.min(Math.max(Math.ceil(room / SHARE), LEAST_AT_ONCE[kind]), MOST_AT_ONCE[kind]);
    return now.held[kind] + Math.min(room, Math.max(wish[kind] - now.held[kind], slice));
  };
  return { ...lease, turn, held: { calls: after('calls'), bytes: after('bytes') } };
}

/** Whether this lease's gateway may still give something back. */
export const hasUnusedBudget = ({ closedAt, held, used }: Lease): boolean =>
  closedAt === null && (held.calls > used.calls || held.bytes > used.bytes);

/**
 * A lease whose boot is over. Every call of it is on record, so what it held beyond those is free again; bytes are so
 * only where no call was lost, since nobody knows how many such a call had sent.
 */
export function closeLease(lease: Lease, at: string): Lease {
  const bytes = lease.lost > 0 ? taken(lease, 'bytes') : lease.used.bytes;
  return { ...lease, held: { calls: lease.used.calls, bytes }, closedAt: at };
}

/**
 * Whether nothing of the budget is left and nothing under way needs it: bytes that are used up end whatever is open,
 * the last call of a budget of calls may still come to its end.
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
  const open = leases.some(({ used, ended }) => ended < used.calls);
  return budget.calls !== undefined && spent('calls') >= budget.calls && !open;
}
