import { type Deps, type Grant, isUsable } from '@countersign/access';
import { type GrantTokenClaims, verifyGrantToken } from '@countersign/authorization';
import { isSealedLog, isServiceName, isSlug } from '@countersign/contract';
import { z } from 'zod';
import type { BrokerSettings } from '../core.module.js';
import type { KeyRing } from './keys.js';

export interface LiveToken {
  claims: GrantTokenClaims;
  grant: Grant;
}

/**
 * Claims and grant of a presented token, if the token passes every check, its audience is that of its terms' service and its
 * grant is usable now. Null for any other token, whatever the reason.
 */
export async function readLiveToken(
  deps: Deps,
  keys: KeyRing,
  settings: BrokerSettings,
  token: string,
): Promise<LiveToken | null> {
  const now = deps.clock.now();
  const claimed = claimedTerms(token);
  if (claimed === null || !(await hasLog(deps, claimed.log))) return null;
  return deps.store.readForTenant(claimed.log, async (unit) => {
    const audience = (await unit.organisation.service(claimed.service))?.definition.audience;
    if (audience === undefined) return null;
    const verdict = verifyGrantToken(token, {
      issuer: settings.publicUrl,
      audience,
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

/** Whether the log can be opened: a sealed one only if it exists. */
async function hasLog({ store }: Deps, log: string): Promise<boolean> {
  if (!isSealedLog(log)) return true;
  return store.demands.read(async ({ sealedLogs }) => (await sealedLogs.find(log)) !== null);
}

const claimShape = z.object({
  log: z.string().refine(isSealedLog).optional(),
  authorization_details: z.tuple([
    z.object({
      terms: z.object({ service: z.string().refine(isServiceName), tenant: z.string().refine(isSlug) }),
    }),
  ]),
});

/**
 * The service and log that a token claims, before the token is verified: they only select what the token must match, and
 * where its grant is looked up.
 */
function claimedTerms(token: string): { service: string; log: string } | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { log, authorization_details: details } = claimShape.parse(payload);
    const { service, tenant } = details[0].terms;
    return { service, log: log ?? tenant };
  } catch {
    return null;
  }
}
