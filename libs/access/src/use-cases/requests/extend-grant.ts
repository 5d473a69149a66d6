import { openedTexts, presentMembers } from '@countersign/contract';
import { isUsable } from '../../domain/grant.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { loadVisibleGrant, locateGrant } from '../shared/visible-objects.js';
import type { AccessRequestInput } from './draft-terms.js';
import { type RequestView, requestViews } from './read-requests.js';
import { requestIn } from './request-access.js';
import { changeOfTerms } from './shown-change.js';

/** How much more time is requested, and why. */
interface ExtensionInput {
  seconds: number;
  justification: string;
}

/**
 * Requests more time on an active grant: a new request with its own approval, for the same scope, that starts when the
 * grant ends. Its terms name the grant's digest.
 *
 * @throws AccessError `not_found`, `forbidden`, `grant_not_active`, and all that a request may be refused with
 */
export async function extendGrant(
  deps: Deps,
  principal: Principal,
  id: string,
  input: ExtensionInput,
  repeatable: Repeatable = {},
): Promise<RequestView> {
  requirePermission(principal, 'grant.extend');
  return deps.store.forTenant(
    locateGrant(principal, id),
    async (unit) => {
      const { grant, person } = await loadVisibleGrant(unit, principal, id);
      const request = await unit.requests.find(grant.request);
      const [own] = request === null ? [] : await requestViews(unit, [request], { withChanges: true });
      if (own === undefined) throw notFound('grant');
      if (grant.requester !== person.id)
        throw new AccessError('forbidden', 'Only the engineer who holds a grant can extend it.');
      if (!isUsable(grant, deps.clock.now()))
        throw new AccessError(
          'grant_not_active',
          'Only an active grant can be extended. Send a new request.',
        );
      const { terms } = own.request;
      const { change, shown } = changeOfTerms(terms, own.openings);
      const extension = presentMembers<AccessRequestInput>({
        ...openedTexts(own.openings),
        tenant: grant.tenant,
        service: grant.service,
        scope: terms.scope,
        seconds: input.seconds,
        justification: input.justification,
        reasonCode: own.request.reasonCode ?? undefined,
        startsAt: grant.endsAt,
        startsOn: undefined,
        useBy: undefined,
        budget: terms.budget,
        unmasked: terms.unmasked,
        change,
        shown,
        basis: undefined,
        demand: undefined,
      });
      return requestIn(deps, unit, principal, extension, grant.digest);
    },
    idempotencyOptions(deps, repeatable),
  );
}
