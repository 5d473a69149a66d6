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
 * @throws AggregateError at the end where some could not be
 */
export async function expireDue(deps: Deps): Promise<{ requests: number; grants: number }> {
  const at = toInstant(deps.clock.now());
  const due = await deps.store.readAsVendor((unit) => unit.due(at, BATCH));
  const ended = { requests: 0, grants: 0 };
  const failures: unknown[] = [];
  // One that cannot be ended must not keep the others open; it is tried again at the next run.
  const attempt = async (work: Promise<boolean>): Promise<number> => {
    try {
      return (await work) ? 1 : 0;
    } catch (error) {
      failures.push(error);
      return 0;
    }
  };
  for (const { id, tenant } of due.requests)
    ended.requests += await attempt(expireRequest(deps, tenant, id, at));
  for (const { id, tenant } of due.grants) ended.grants += await attempt(expireGrant(deps, tenant, id, at));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} could not be ended`);
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
