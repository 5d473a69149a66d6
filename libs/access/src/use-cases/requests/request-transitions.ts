import { isSealedLog, type RequestState, toInstant } from '@countersign/contract';
import {
  type AccessRequest,
  beginNotifying,
  firstWait,
  isOpen,
  stageAt,
  transitionRequest,
} from '../../domain/access-request.js';
import { openStage } from '../../domain/approval-stages.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import {
  countApprovals,
  findCounterOffer,
  type Offer,
  type Review,
  type ReviewNeeds,
} from '../../domain/review.js';
import { AccessError, changedMeanwhile, notFound } from '../../errors.js';
import { isConsent } from '../../policy/bases.js';
import type { TenantUnit } from '../../ports/index.js';
import { reevaluate } from '../evaluation/reevaluate.js';
import { beginDisclosureIn } from '../grants/begin-disclosure.js';
import { createGrantIn } from '../grants/start-grant.js';
import { useInvitationIn } from '../invitations/invitation-transitions.js';
import { grantNotice, openingNotice, requestNotice } from '../notices/notices.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { loadVisibleRequest, locateRequest } from '../shared/visible-objects.js';
import { type RequestView, requestViews } from './read-requests.js';

/**
 * The state that the reviews of a digest lead to. Never an earlier one.
 *
 * @param isNotified true once the customer has been notified, on a basis that requires it before the start. A gag forbids it
 */
export function nextRequestState(
  request: Pick<AccessRequest, 'digest' | 'state' | 'terms' | 'tenant'>,
  needs: ReviewNeeds,
  reviews: readonly Review[],
  isNotified = false,
): RequestState {
  const vendorDone = countApprovals(reviews, 'vendor', request.digest) >= needs.vendor.required;
  const customerDone =
    countApprovals(reviews, 'customer', request.digest) >= needs.customer.required &&
    openStage(needs, reviews, request.digest) === null;
  const isWaiting = request.state === 'awaiting_vendor' || request.state === 'notifying';
  if (!vendorDone) return isWaiting ? request.state : 'awaiting_customer';
  if (!customerDone) return 'awaiting_customer';
  const needsNotice = !isConsent(request.terms.basis) && !isSealedLog(request.tenant);
  return needsNotice && !isNotified ? 'notifying' : 'approved';
}

/**
 * Moves a request to its next state, or only increments its version, and writes the event and the notice. Full approval
 * creates the grant in the same transaction (P1).
 *
 * @param change `offer`: the terms that replace the request's own; `reviews`: all of it, with the newest
 */
export async function transitionRequestIn(
  deps: Deps,
  unit: TenantUnit,
  request: AccessRequest,
  to: RequestState,
  change: { needs: ReviewNeeds; actor: string; now: Date; offer?: Offer; reviews: readonly Review[] },
): Promise<AccessRequest> {
  const at = toInstant(change.now);
  const { needs, offer, reviews } = change;
  const digest = offer?.digest ?? request.digest;
  const stage = openStage(needs, reviews, digest)?.name ?? null;
  if (to === request.state) return countReviewIn(unit, request, { needs, stage, at });
  const moved = transitionRequest(request, to, {
    at,
    needs,
    stage,
    ...(offer === undefined ? {} : { offer }),
  });
  if (to === 'approved') await useInvitationIn(unit, moved, at);
  const grant = to === 'approved' ? await createGrantIn(deps, unit, moved, change.now) : null;
  if (grant !== null && moved.terms.basis === 'emergency')
    await beginDisclosureIn(unit, moved, grant, change.now);
  const notified =
    to === 'notifying'
      ? beginNotifying(moved, await unit.outbox.add(openingNotice(moved, at)), change.now)
      : moved;
  const stored = grant === null ? notified : { ...notified, grant: grant.id };
  const tenant = await unit.organisation.tenant(unit.tenant);
  // At once: they share a round trip, and all of them fail with the unit. Notices go out in the order in which they are added:
  // that a request is approved, then that its access is open.
  await Promise.all([
    saveRequest(unit, stored),
    unit.log.append({
      type: `request.${to}`,
      at,
      actor: change.actor,
      data: { request: stored.id, requester: stored.requester, digest: stored.digest, grant: stored.grant },
    }),
    unit.outbox.add(requestNotice(stored, at, tenant)),
    ...(grant === null ? [] : [unit.outbox.add(grantNotice(grant, at))]),
  ]);
  return stored;
}

/** The request waits for the same side, perhaps in its next stage, whose people are then notified. */
async function countReviewIn(
  unit: TenantUnit,
  request: AccessRequest,
  { needs, stage, at }: { needs: ReviewNeeds; stage: string | null; at: string },
): Promise<AccessRequest> {
  const next = request.state === 'awaiting_customer' ? stageAt(request, stage, at) : null;
  const isNewStage = next !== null && next.name !== request.stage?.name;
  const counted = {
    ...request,
    version: request.version + 1,
    needs,
    stage: next,
    waits: isNewStage ? [...request.waits, ...firstWait(request.state, at, next.name)] : request.waits,
  };
  await saveRequest(unit, counted);
  if (isNewStage)
    await unit.outbox.add(requestNotice(counted, at, await unit.organisation.tenant(unit.tenant)));
  return counted;
}

async function saveRequest(unit: TenantUnit, request: AccessRequest): Promise<void> {
  if (!(await unit.requests.update(request))) throw changedMeanwhile('request');
}

/**
 * The requester accepts a counter-offer: its narrower terms replace their own. The vendor's reviews cover the new terms
 * too, and the counter-offer is its author's approval. Other customer reviews were for the old digest and no longer count.
 * If the reviews are enough by now, the grant is created at once.
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
      const { request, person } = await loadVisibleRequest(unit, principal, id);
      requirePermission(principal, 'request.accept', person);
      if (request.requester !== person.id)
        throw new AccessError('forbidden', 'Only the requester can accept a counter-offer.');
      const now = deps.clock.now();
      const reviews = await unit.reviews.ofRequests([id]);
      const { offer } = requireOpenOffer(request, reviews, digest, now);
      const needs = await reevaluate(unit, request, offer.terms, now);
      const to = nextRequestState({ ...request, ...offer }, needs, reviews);
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
        reviews,
      });
      const [view] = await requestViews(unit, [moved]);
      if (view === undefined) throw notFound('request');
      return view;
    },
    idempotencyOptions(deps, repeatable),
  );
}

function requireOpenOffer(request: AccessRequest, reviews: readonly Review[], digest: string, now: Date) {
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
