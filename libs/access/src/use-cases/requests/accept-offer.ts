import { toInstant } from '@countersign/contract';
import { type AccessRequest, isOpen } from '../../domain/access-request.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { findCounterOffer, type Review } from '../../domain/review.js';
import { AccessError, notFound } from '../../errors.js';
import { reevaluate } from '../evaluation/evaluate-again.js';
import type { Deps } from '../shared/deps.js';
import { keptUnder, type Repeatable } from '../shared/idempotent.js';
import { locateRequest, requestInSight } from '../shared/locate.js';
import { nextRequestState, transitionRequestIn } from './move-request.js';
import { type RequestView, requestViews } from './request-view.js';

/**
 * The requester takes what was offered instead: the narrower terms take the place of their own. The vendor's
 * reviews cover them, the counter is its author's approval, other customer reviews lapse with the digest that
 * they were on; what is approved by now starts at once.
 *
 * @throws AccessError `not_found`, `forbidden`, `already_decided`, `wrong_state`, `digest_mismatch`,
 *   `controls_changed`
 */
export async function acceptOffer(
  deps: Deps,
  principal: Principal,
  id: string,
  digest: string,
  repeatable: Repeatable = {},
): Promise<RequestView> {
  return deps.store.forTenant(
    locateRequest(principal, id),
    async (unit) => {
      const { request, person } = await requestInSight(unit, principal, id);
      requirePermission(person, 'request.accept');
      if (request.requester !== person.id)
        throw new AccessError('forbidden', 'Only the requester can accept a counter-offer.');
      const now = deps.clock.now();
      const reviews = await unit.reviews.ofRequests([id]);
      const { offer } = standingOffer(request, reviews, digest, now);
      const needs = await reevaluate(unit, request, offer.terms, now);
      const to = nextRequestState({ digest: offer.digest, state: request.state }, needs, reviews);
      await unit.log.append({
        type: 'request.accepted',
        at: toInstant(now),
        actor: person.id,
        data: { request: id, requester: person.id, parent: request.digest, digest: offer.digest },
      });
      const moved = await transitionRequestIn(deps, unit, request, to, {
        needs,
        actor: person.id,
        now,
        offer,
      });
      const [view] = await requestViews(unit, [moved]);
      if (view === undefined) throw notFound('request');
      return view;
    },
    keptUnder(deps, repeatable),
  );
}

function standingOffer(request: AccessRequest, reviews: readonly Review[], digest: string, now: Date) {
  if (!isOpen(request))
    throw new AccessError('already_decided', `This request is ${request.state}; nothing is left to accept.`);
  const counter = findCounterOffer(reviews, request.digest);
  if (request.state !== 'countered' || counter === undefined)
    throw new AccessError('wrong_state', `This request is ${request.state}: there is no offer to accept.`);
  if (counter.offer.digest !== digest)
    throw new AccessError('digest_mismatch', 'This is not what was offered. Read the offer again.', {
      pointer: '/digest',
    });
  if (now.getTime() >= Date.parse(counter.offer.terms.lapsesAt))
    throw new AccessError('already_decided', `This offer lapsed at ${counter.offer.terms.lapsesAt}.`);
  return counter;
}
