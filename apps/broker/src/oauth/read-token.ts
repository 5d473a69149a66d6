import { type Deps, type Grant, isUsable } from '@countersign/access';
import { type GrantTokenClaims, verifyGrantToken } from '@countersign/grant-token-verify';
import type { BrokerSettings } from '../injection.js';
import type { KeyRing } from '../keys/key-ring.js';

export interface LiveToken {
  claims: GrantTokenClaims;
  grant: Grant;
}

/**
 * What a presented token is worth now: its claims and its grant, where every check of a grant token holds, its
 * audience is a service's of ours and its grant is open; null otherwise, whatever the reason.
 */
export async function readLiveToken(
  deps: Deps,
  keys: KeyRing,
  settings: BrokerSettings,
  token: string,
): Promise<LiveToken | null> {
  const now = deps.clock.now();
  return deps.store.readAsVendor(async (unit) => {
    const { services } = await unit.everything();
    const claimed = claimedAudience(token);
    const known = services.some((each) => each.removedAt === null && each.definition.audience === claimed);
    if (claimed === undefined || !known) return null;
    const verdict = verifyGrantToken(token, {
      issuer: settings.publicUrl,
      audience: claimed,
      key: (kid) => keys.verifying(kid, now),
      now: () => now.getTime(),
      hashing: deps.hashing,
    });
    if (!verdict.ok) return null;
    const grant = await unit.grants.find(verdict.claims.grant_id);
    if (grant === null || grant.digest !== verdict.claims.digest || !isUsable(grant, now)) return null;
    return { claims: verdict.claims, grant };
  });
}

/** The audience that a token claims, before anything of it is believed: only used to choose what it must match. */
function claimedAudience(token: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { aud } = payload as { aud?: unknown };
    return typeof aud === 'string' ? aud : undefined;
  } catch {
    return undefined;
  }
}
