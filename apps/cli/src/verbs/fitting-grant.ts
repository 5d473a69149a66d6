import { type ScopeEntry, scopeNarrows } from '@countersign/contract';
import { z } from 'zod';
import type { Api } from '../api/client.js';
import { type GrantAnswer, grantShape, pageOf } from '../api/shapes.js';
import { CliError } from '../runtime/cli-error.js';

const meShape = z.looseObject({ person: z.string() });

/**
 * One's own active grant that already allows all of this scope, the one that lasts longest. Only a convenience:
 * where the broker will not tell, there is none.
 */
export async function fittingGrant(
  api: Api,
  wanted: { tenant: string; service: string; scope: ScopeEntry[] },
  now: Date,
): Promise<GrantAnswer | undefined> {
  try {
    const { person } = await api.call('/api/v1/whoami', meShape);
    const { tenant, service } = wanted;
    const query = new URLSearchParams({ state: 'active', tenant, service, person, limit: '200' });
    const { items } = await api.call(`/api/v1/grants?${query}`, pageOf(grantShape));
    return items
      .filter((grant) => Date.parse(grant.endsAt ?? '') > now.getTime())
      .filter((grant) => scopeNarrows(wanted.scope, grant.scope))
      .sort((a, b) => Date.parse(b.endsAt ?? '') - Date.parse(a.endsAt ?? ''))[0];
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
