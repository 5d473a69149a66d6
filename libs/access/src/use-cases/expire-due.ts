import { toInstant } from '@countersign/scope';
import { isOpen } from '../access-request/access-request.js';
import { endRequestIn } from './cancel-request.js';
import type { Deps } from './deps.js';
import { endGrantIn } from './end-grant.js';

const BATCH = 200;

/**
 * The expiry job: lapsed requests and elapsed grants become so by a logged transition, one unit of work
 * each. What somebody decided meanwhile is left as they decided it.
 *
 * @returns how many of each were ended
 */
export async function expireDue(deps: Deps): Promise<{ requests: number; grants: number }> {
  const at = toInstant(deps.clock.now());
  const due = await deps.store.readAsVendor((unit) => unit.due(at, BATCH));
  const ended = { requests: 0, grants: 0 };
  for (const { id, tenant } of due.requests)
    if (await expireRequest(deps, tenant, id, at)) ended.requests += 1;
  for (const { id, tenant } of due.grants) if (await expireGrant(deps, tenant, id, at)) ended.grants += 1;
  return ended;
}

function expireRequest(deps: Deps, tenant: string, id: string, at: string): Promise<boolean> {
  return deps.store.forTenant(tenant, async (unit) => {
    const request = await unit.requests.find(id);
    if (request === null || !isOpen(request)) return false;
    await endRequestIn(unit, request, { to: 'expired', actor: 'job', at });
    return true;
  });
}

function expireGrant(deps: Deps, tenant: string, id: string, at: string): Promise<boolean> {
  return deps.store.forTenant(tenant, async (unit) => {
    const grant = await unit.grants.find(id);
    if (grant === null || grant.state === 'ended') return false;
    await endGrantIn(unit, grant, { reason: 'expired', actor: 'job', at });
    return true;
  });
}
