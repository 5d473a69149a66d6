import { toInstant } from '@countersign/contract';
import { type AccessRequest, isOpen, transitionRequest } from '../../domain/access-request.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, changedMeanwhile, notFound } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { requestNotice } from '../notices/notices.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { loadVisibleRequest, locateRequest } from '../shared/visible-objects.js';
import { type RequestView, requestViews } from './read-requests.js';

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

/** The requester cancels the request. @throws AccessError `not_found`, `forbidden`, `already_decided` */
export async function cancelRequest(
  deps: Deps,
  principal: Principal,
  id: string,
  repeatable: Repeatable = {},
): Promise<RequestView> {
  return deps.store.forTenant(
    locateRequest(principal, id),
    async (unit) => {
      const { request, person } = await loadVisibleRequest(unit, principal, id);
      requirePermission(principal, 'request.cancel', person);
      if (request.requester !== person.id)
        throw new AccessError('forbidden', 'Only the requester can cancel a request.');
      if (!isOpen(request))
        throw new AccessError(
          'already_decided',
          `This request is ${request.state}; nothing is left to cancel.`,
        );
      const ended = await endRequestIn(unit, request, {
        to: 'cancelled',
        actor: person.id,
        at: toInstant(deps.clock.now()),
      });
      const [view] = await requestViews(unit, [ended]);
      if (view === undefined) throw notFound('request');
      return view;
    },
    idempotencyOptions(deps, repeatable),
  );
}
