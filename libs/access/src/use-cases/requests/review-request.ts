import { toInstant } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { parseCounterOffer } from '../../domain/counter-offer.js';
import type { Person, Principal } from '../../domain/person.js';
import { type Offer, type Review, type ReviewNeeds, sideOf } from '../../domain/review.js';
import { type ReviewInput, validateConsent, validateReview } from '../../domain/validate-review.js';
import type { TenantUnit } from '../../ports/index.js';
import { reevaluate } from '../evaluation/reevaluate.js';
import { type Deps, idempotencyOptions, type Repeatable, type SigningDeps } from '../shared/deps.js';
import { loadVisibleRequest, locateRequest } from '../shared/visible-objects.js';
import { requireOwnKey } from '../trust/claimed-tenant.js';
import { countersignReview, type Decided } from './approval-statements.js';
import { nextRequestState, transitionRequestIn } from './request-transitions.js';

/**
 * Records one person's decision on the digest that they were shown, and moves the request on. The last required approval
 * creates the grant in the same transaction (P1). A denial ends the request. A counter-offer waits for the requester.
 *
 * @throws AccessError `not_found`, `self_review`, `forbidden`, `already_decided`, `digest_mismatch`, `wrong_state`,
 *   `reason_required`, `invalid_request` (also for an invalid countersignature), `channel_not_allowed`,
 *   `countersignature_required`, `controls_changed`
 */
export async function reviewRequest(
  deps: SigningDeps,
  principal: Principal,
  id: string,
  input: ReviewInput,
  repeatable: Repeatable = {},
): Promise<Review> {
  return deps.store.forTenant(
    locateRequest(principal, id),
    (unit) => reviewIn(deps, unit, principal, id, input),
    idempotencyOptions(deps, repeatable),
  );
}

async function reviewIn(
  deps: SigningDeps,
  unit: TenantUnit,
  principal: Principal,
  id: string,
  input: ReviewInput,
): Promise<Review> {
  const [{ request, person }, earlier] = await Promise.all([
    loadVisibleRequest(unit, principal, id),
    unit.reviews.ofRequests([id]),
  ]);
  const now = deps.clock.now();
  validateReview({
    input,
    request,
    reviews: earlier,
    person,
    principal,
    now,
    inviter: await inviterOf(unit, request),
  });
  const isDenial = input.decision === 'deny';
  if (!isDenial) await requireOwnKey(unit, principal);
  const offer =
    input.decision === 'counter' ? parseCounterOffer(deps.hashing, request, input.terms, now) : null;
  const decided: Decided = {
    ...(offer ?? { digest: request.digest, terms: request.terms }),
    decision: isDenial ? 'deny' : 'approve',
  };
  const needs = isDenial ? request.needs : await reevaluate(unit, request, decided.terms, now);
  if (offer !== null) validateConsent(person, principal, needs, input);
  const countersignature =
    input.countersignature === undefined
      ? null
      : await countersignReview(
          deps,
          unit,
          request,
          decided,
          { person, principal, now },
          input.countersignature,
        );
  const review = await storeReview(deps, unit, request, {
    input,
    offer,
    countersignature,
    person,
    principal,
    at: toInstant(now),
  });
  await transitionRequestIn(deps, unit, request, nextState(request, needs, [...earlier, review], review), {
    needs: offer === null ? needs : request.needs,
    actor: person.id,
    now,
  });
  return review;
}

/** The author of the invitation that the request is based on; null if it is based on none. */
async function inviterOf(unit: TenantUnit, { terms }: AccessRequest): Promise<string | null> {
  if (terms.invitation === undefined) return null;
  return (await unit.invitations.findByHash(terms.invitation))?.person ?? null;
}

function nextState(request: AccessRequest, needs: ReviewNeeds, reviews: readonly Review[], last: Review) {
  if (last.decision === 'deny') return 'denied';
  return last.decision === 'counter' ? 'countered' : nextRequestState(request, needs, reviews);
}

/** A review says `passkey` only if it is countersigned. A session with that assurance began with a mailed code. */
function assuranceOf({ assurance }: Principal, isCountersigned: boolean): Review['assurance'] {
  if (isCountersigned) return 'passkey';
  return assurance === 'passkey' ? 'mail-code' : assurance;
}

async function storeReview(
  deps: Deps,
  unit: TenantUnit,
  request: AccessRequest,
  by: {
    input: ReviewInput;
    offer: Offer | null;
    countersignature: Review['countersignature'];
    person: Person;
    principal: Principal;
    at: string;
  },
): Promise<Review> {
  const review: Review = {
    id: deps.ids.next('rev'),
    request: request.id,
    tenant: request.tenant,
    person: by.person.id,
    side: sideOf(by.person),
    decision: by.input.decision,
    digest: by.input.digest,
    reason: by.input.reason,
    channel: by.principal.channel,
    assurance: assuranceOf(by.principal, by.countersignature !== null),
    at: by.at,
    offer: by.offer,
    countersignature: by.countersignature,
    voidedAt: null,
  };
  await unit.reviews.insert(review);
  const { reason, tenant: _tenant, id, person, voidedAt: _voidedAt, ...plain } = review;
  await unit.log.append({
    type: 'request.reviewed',
    at: by.at,
    actor: person,
    data: { ...plain, review: id, requester: request.requester },
    ...(reason === null ? {} : { personal: { reason } }),
  });
  return review;
}
