import { isUsable } from '../../domain/grant.js';
import { canSee, requestVisibility, requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import { requestAccess } from '../requests/request-access.js';
import { type RequestView, requestViews } from '../requests/request-view.js';
import type { Deps } from '../shared/deps.js';
import { readAs } from '../shared/read-as.js';

/** How much longer, and why. */
export interface ExtensionInput {
  seconds: number;
  justification: string;
}

/**
 * Asks for more time on an active grant: a new request with its own approval, for the same scope, that begins
 * where the old grant ends. Its terms name the old digest.
 *
 * @throws AccessError `not_found`, `forbidden`, `grant_not_active`, and all that asking may refuse with
 */
export async function extendGrant(
  deps: Deps,
  principal: Principal,
  id: string,
  input: ExtensionInput,
): Promise<RequestView> {
  const { person } = principal;
  requirePermission(person, 'grant.extend');
  const { grant, view } = await readAs(deps, person, async (unit) => {
    const found = await unit.grants.find(id);
    if (found === null || !canSee(requestVisibility(person), found)) throw notFound('grant');
    const request = await unit.requests.find(found.request);
    const [own] = request === null ? [] : await requestViews(unit, [request]);
    if (own === undefined) throw notFound('grant');
    return { grant: found, view: own };
  });
  if (grant.requester !== person.id)
    throw new AccessError('forbidden', 'Only the engineer who holds a grant can ask for more time on it.');
  if (!isUsable(grant, deps.clock.now()))
    throw new AccessError('grant_not_active', 'Only an active grant can be extended. Ask anew.');
  const { terms } = view.request;
  const ask = {
    tenant: grant.tenant,
    service: grant.service,
    scope: terms.scope,
    seconds: input.seconds,
    justification: input.justification,
    ticket: view.openings['ticket']?.value ?? null,
    startsAt: grant.endsAt,
    ...(terms.budget === undefined ? {} : { budget: terms.budget }),
    ...(terms.change === undefined ? {} : { change: terms.change }),
  };
  return requestAccess(deps, principal, ask, { extends: grant.digest });
}
