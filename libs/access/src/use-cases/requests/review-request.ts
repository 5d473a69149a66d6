import { toInstant } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { mayDecideIn, stagesOf } from '../../domain/approval-stages.js';
import { parseCounterOffer } from '../../domain/counter-offer.js';
import type { Person, Principal } from '../../domain/person.js';
import { type Offer, type Review, type ReviewNeeds, type StageNeed, sideOf } from '../../domain/review.js';
import {
  type OpenStage,
  type ReviewInput,
  validateConsent,
  validateReview,
} from '../../policy/validate-review.js';
import type { TenantUnit } from '../../ports/index.js';
import { requireOpenDemand } from '../demands/requested-demand.js';
import { reevaluate } from '../evaluation/reevaluate.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import { type Deps, idempotencyOptions, type Repeatable, type SigningDeps } from '../shared/deps.js';
import { loadVisibleRequest, locateRequest } from '../shared/visible-objects.js';
import { countersignReview, type Decided } from './approval-statements.js';
import { openDecision } from './open-decision.js';
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
  if (input.decision === 'approve') await requireOpenDemand(deps, principal, id);
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
  const decision = await openDecision(unit, request, earlier, now);
  validateReview({ ...decision, input, person, principal });
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
    stage:
      isDenial || sideOf(person) === 'vendor'
        ? null
        : (stageOfReview(needs, decision.stage, person)?.name ?? null),
    at: toInstant(now),
  });
  const reviews = [...earlier, review];
  await transitionRequestIn(deps, unit, request, nextState(request, needs, reviews, review), {
    needs: offer === null ? needs : request.needs,
    actor: person.id,
    now,
    reviews,
  });
  return review;
}

/**
 * The stage in which an approval counts: the open one. A counter-offer's terms may pass other stages than the request's own:
 * it counts in the first whose approver its author is.
 */
const stageOfReview = (
  needs: ReviewNeeds,
  open: OpenStage | null,
  { groups }: Person,
): StageNeed | undefined => {
  const stages = stagesOf(needs);
  return (
    stages.find(({ name }) => name === open?.name) ??
    stages.find((stage) => mayDecideIn(stage.groups.length === 0 ? null : stage.groups, groups))
  );
};

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
    stage: string | null;
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
    stage: by.stage,
    voidedAt: null,
  };
  await unit.reviews.insert(review);
  const { reason, tenant: _tenant, id, person, voidedAt: _voidedAt, stage, ...plain } = review;
  await unit.log.append({
    type: 'request.reviewed',
    at: by.at,
    actor: person,
    data: {
      ...plain,
      review: id,
      requester: request.requester,
      ...(stage === null ? {} : { stage }),
    },
    ...(reason === null ? {} : { personal: { reason } }),
  });
  return review;
}
