import { type AccessRequest, transitionRequest } from '../../domain/access-request.js';
import { changedMeanwhile } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { requestNotice } from '../notices/notices.js';

/** Ends an open request without a decision; state, event and notice commit together. */
export async function endRequestIn(
  unit: TenantUnit,
  request: AccessRequest,
  by: { to: 'cancelled' | 'expired' | 'denied'; actor: string; at: string },
): Promise<AccessRequest> {
  const ended = transitionRequest(request, by.to, { at: by.at });
  if (!(await unit.requests.update(ended))) throw changedMeanwhile('request');
  await unit.log.append({
    type: `request.${by.to}`,
    at: by.at,
    actor: by.actor,
    data: { request: request.id, requester: request.requester, digest: request.digest },
  });
  await unit.outbox.add(requestNotice(ended, by.at, await unit.organisation.tenant(unit.tenant)));
  return ended;
}
