import { toInstant } from '@countersign/scope';
import {
  type AccessRequest,
  type RequestState,
  transitionRequest,
} from '../access-request/access-request.js';
import { AccessError, notFound } from '../errors.js';
import type { Person, Principal } from '../organisation/person.js';
import { askOf } from '../policy/ask.js';
import { evaluate } from '../policy/evaluate.js';
import type { Needs } from '../policy/needs.js';
import type { TenantUnit } from '../ports/store.js';
import { judgeReview, type ReviewInput, sideOf } from '../review/judge-review.js';
import { approvals, type Review } from '../review/review.js';
import { canSee, requestVisibility } from '../roles/visibility.js';
import type { Deps } from './deps.js';
import { loadContext } from './load-context.js';
import { locateRequest } from './locate.js';
import { requestNotice } from './notices.js';
import { startGrant } from './start-grant.js';

/**
 * Records one person's decision on the digest they were shown and moves the request where that leads. The
 * last approval that is needed creates the grant in the same transaction (P1); a denial ends the request.
 *
 * @throws AccessError `not_found`, `self_review`, `forbidden`, `already_decided`, `digest_mismatch`,
 *   `wrong_state`, `reason_required`, `channel_not_allowed`, `countersignature_required`, `controls_changed`
 */
export async function reviewRequest(
  deps: Deps,
  principal: Principal,
  id: string,
  input: ReviewInput,
): Promise<Review> {
  const tenant = await locateRequest(deps, principal, id);
  return deps.store.forTenant(tenant, async (unit) => {
    const request = await unit.requests.find(id);
    const person = await unit.organisation.person(principal.person.id);
    if (request === null || person === null || !canSee(requestVisibility(person), request))
      throw notFound('request');
    const earlier = await unit.reviews.ofRequests([id]);
    const now = deps.clock.now();
    judgeReview({ input, request, reviews: earlier, person, principal, now });
    const needs = input.decision === 'deny' ? request.needs : await evaluateAgain(unit, request);
    const review = await storeReview(deps, unit, request, { input, person, principal, at: toInstant(now) });
    await decide(deps, unit, request, needs, [...earlier, review], now);
    return review;
  });
}

/** The evaluator once more: controls may have narrowed since the request was made. */
async function evaluateAgain(unit: TenantUnit, request: AccessRequest): Promise<Needs> {
  const requester = await unit.organisation.person(request.requester);
  if (requester === null) throw new AccessError('controls_changed', 'The requester is no longer known.');
  await extendsNothingRevoked(unit, request);
  const ask = askOf(request.terms);
  const context = await loadContext(unit.organisation, ask, {
    stage: 'review',
    requester,
    openRequests: 0,
    terms: request.terms,
  });
  const { refusals, needs } = evaluate(ask, context);
  if (refusals.length > 0 || needs === null)
    throw new AccessError(
      'controls_changed',
      'The rules have changed since this was asked; it can no longer be approved.',
      {
        refusals,
      },
    );
  if (needs.customer.countersignature)
    throw new AccessError('countersignature_required', 'This must be approved with a passkey.');
  return needs;
}

/** Whoever stopped a grant also stopped its extension, decided or not. */
async function extendsNothingRevoked(unit: TenantUnit, { terms }: AccessRequest): Promise<void> {
  if (terms.extends === undefined) return;
  const extended = await unit.grants.findByDigest(terms.extends);
  if (extended === null || extended.endReason === 'revoked')
    throw new AccessError('controls_changed', 'The grant that this extends was stopped; ask anew.');
}

async function storeReview(
  deps: Deps,
  unit: TenantUnit,
  request: AccessRequest,
  by: { input: ReviewInput; person: Person; principal: Principal; at: string },
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
    assurance: by.principal.assurance,
    at: by.at,
  };
  await unit.reviews.insert(review);
  const { reason, tenant: _tenant, id, person, ...plain } = review;
  await unit.log.append({
    type: 'request.reviewed',
    at: by.at,
    actor: person,
    data: { ...plain, review: id, requester: request.requester },
    ...(reason === null ? {} : { personal: { reason } }),
  });
  return review;
}

/** Where the reviews lead: denied, one stage on, a grant, or no further yet. */
function nextState(request: AccessRequest, needs: Needs, reviews: readonly Review[]): RequestState {
  const own = reviews.filter((review) => review.digest === request.digest);
  if (own.some((review) => review.decision === 'deny')) return 'denied';
  const vendorDone = approvals(own, 'vendor', request.digest) >= needs.vendor.required;
  const customerDone = approvals(own, 'customer', request.digest) >= needs.customer.required;
  if (!vendorDone) return 'awaiting_vendor';
  return customerDone ? 'approved' : 'awaiting_customer';
}

async function decide(
  deps: Deps,
  unit: TenantUnit,
  request: AccessRequest,
  needs: Needs,
  reviews: readonly Review[],
  now: Date,
): Promise<void> {
  const at = toInstant(now);
  const to = nextState(request, needs, reviews);
  if (to === request.state) {
    await save(unit, { ...request, version: request.version + 1, needs });
    return;
  }
  const grant = to === 'approved' ? await startGrant(deps, unit, request, now) : undefined;
  const moved = transitionRequest(request, to, { at, needs, ...(grant ? { grant: grant.id } : {}) });
  await save(unit, moved);
  await unit.log.append({
    type: `request.${to}`,
    at,
    actor: reviews.at(-1)?.person ?? 'job',
    data: { request: request.id, requester: request.requester, digest: request.digest, grant: moved.grant },
  });
  await unit.outbox.add(requestNotice(moved, at));
}

async function save(unit: TenantUnit, request: AccessRequest): Promise<void> {
  if (!(await unit.requests.update(request)))
    throw new AccessError(
      'conflict',
      'Somebody else changed this request at the same moment. Read it again.',
    );
}
