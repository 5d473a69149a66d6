import { AccessError } from '../../errors.js';
import type { TrustRepository } from '../../ports/index.js';

/** What would be given to a tenant, or taken from its own hands. */
export interface Widening {
  tenant: string;
  /** What would change, in a word or two. */
  what: string;
}

/**
 * Once claimed, a tenant is its own people's to widen: the host may only take away.
 *
 * @throws AccessError `tenant_claimed` naming every change that is not the host's to make
 */
export async function requireUnclaimed(
  trust: Pick<TrustRepository, 'current'>,
  widenings: readonly Widening[],
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
