import { toInstant } from '@countersign/contract';
import { isOpen } from '../../domain/access-request.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import { endRequestIn } from '../ending/end-request.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { loadVisibleRequest, locateRequest } from '../shared/visible-objects.js';
import { type RequestView, requestViews } from './read-requests.js';

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
