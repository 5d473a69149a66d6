import type { BrokerLease } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { randomText } from '../shared/secrets.js';

/** How often a broker renews its lease. */
export const LEASE_RENEWAL_MS = 5_000;
/** Three renewals may fail. A broker that was killed counts as running for that long. */
const LEASE_MS = 20_000;
const ID_LENGTH = 16;

/**
 * Takes a lease for a broker that starts.
 *
 * @returns the lease, and how many brokers ended without giving up theirs
 * @throws StoreError `master_key_mismatch`
 */
export async function takeBrokerLease(deps: Deps): Promise<{ lease: BrokerLease; unended: number }> {
  const startedAt = deps.clock.now().toISOString();
  const lease = { id: randomText(deps.random, ID_LENGTH), startedAt, ...until(deps) };
  const unended = await deps.store.continuity.write(({ continuity }) => continuity.take(lease));
  return { lease, unended };
}

/** @throws StoreError `master_key_mismatch` if the master key was rotated meanwhile */
export function renewBrokerLease(deps: Deps, lease: BrokerLease): Promise<void> {
  const renewed = { ...lease, ...until(deps) };
  return deps.store.continuity.write(({ continuity }) => continuity.renew(renewed));
}

export function endBrokerLease(deps: Deps, { id }: BrokerLease): Promise<void> {
  return deps.store.continuity.write(({ continuity }) => continuity.end(id));
}

/**
 * Notes that a gateway has received more than the database has. A gateway may lie; it then only makes a later restore name fewer
 * leaves as kept than there are.
 */
export function noteParted(deps: Deps): Promise<boolean> {
  const at = deps.clock.now().toISOString();
  return deps.store.continuity.write(({ continuity }) => continuity.part(at));
}

/**
 * For each log that brokers have written to since they were started on a backup, how many of its leaves are of the backup. Empty if
 * nothing shows that brokers have run on it: no broker runs now, and none was met by a gateway that had received more.
 */
export function sizesInBackup({ store, clock }: Deps): Promise<Map<string, number>> {
  return store.continuity.read(async ({ continuity }) => {
    const { partedAt } = await continuity.read();
    const running = await continuity.running(clock.now().toISOString());
    return partedAt === null && running.length === 0 ? new Map<string, number>() : continuity.sizesBefore();
  });
}

const until = ({ clock }: Pick<Deps, 'clock'>) => ({
  expiresAt: new Date(clock.now().getTime() + LEASE_MS).toISOString(),
});
