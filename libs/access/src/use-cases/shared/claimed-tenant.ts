import type { Principal } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import type { ReadUnit, TrustRepository } from '../../ports/index.js';

/** A change by the host that would let more into a tenant, or change what its own people control. */
export interface HostWidening {
  tenant: string;
  /** What would change, for the error message. */
  what: string;
}

/**
 * Requires that none of these changes is in a claimed tenant. Only its own people may widen a claimed tenant; the host may
 * only narrow it.
 *
 * @throws AccessError `tenant_claimed` naming every change that the host may not make
 */
export async function requireUnclaimed(
  trust: Pick<TrustRepository, 'current'>,
  widenings: readonly HostWidening[],
): Promise<void> {
  const claimed: string[] = [];
  const known = new Map<string, boolean>();
  for (const { tenant, what } of widenings) {
    const isClaimed = known.get(tenant) ?? (await trust.current(tenant)) !== null;
    known.set(tenant, isClaimed);
    if (isClaimed) claimed.push(`${what} of ${tenant}`);
  }
  if (claimed.length > 0)
    throw new AccessError(
      'tenant_claimed',
      `A claimed tenant can only be narrowed from here; its own admins change the rest: ${claimed.join(', ')}.`,
    );
}

/**
 * Rejects an API key that was made before its tenant was claimed. The vendor's host may have made it, so it may only read
 * and take away. After the claim only the persons themselves make keys.
 *
 * @throws AccessError `forbidden`
 */
export async function requireOwnKey(
  { trust }: Pick<ReadUnit, 'trust'>,
  { person, keyCreatedAt }: Principal,
): Promise<void> {
  if (keyCreatedAt === undefined || person.tenant === null) return;
  const [genesis] = await trust.chain(person.tenant);
  if (genesis !== undefined && Date.parse(keyCreatedAt) <= Date.parse(genesis.adoptedAt))
    throw new AccessError(
      'forbidden',
      'This key was made before your organisation was claimed, so it only reads and stops. Make a new one in your own browser.',
    );
}
