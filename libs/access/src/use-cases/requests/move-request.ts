import { toInstant } from '@countersign/contract';
import { type AccessRequest, type RequestState, transitionRequest } from '../../domain/access-request.js';
import { countApprovals, type Offer, type Review, type ReviewNeeds } from '../../domain/review.js';
import { AccessError } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { createGrantIn } from '../grants/start-grant.js';
import { useInvitationIn } from '../invitations/use-invitation.js';
import { requestNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/** Where the reviews of a digest lead: one stage on, to a grant, or no further yet. Never back. */
export function nextRequestState(
  request: Pick<AccessRequest, 'digest' | 'state'>,
  needs: ReviewNeeds,
  reviews: readonly Review[],
): RequestState {
  const vendorDone = countApprovals(reviews, 'vendor', request.digest) >= needs.vendor.required;
  const customerDone = countApprovals(reviews, 'customer', request.digest) >= needs.customer.required;
  if (!vendorDone) return request.state === 'awaiting_vendor' ? 'awaiting_vendor' : 'awaiting_customer';
  return customerDone ? 'approved' : 'awaiting_customer';
}

/**
 * Moves a request to its next state (or only counts its version up), with its event and notice; full approval
 * creates the grant in the same transaction (P1).
 *
 * @param change `offer`: the terms that take the place of the request's own
 */
export async function transitionRequestIn(
  deps: Deps,
  unit: TenantUnit,
  request: AccessRequest,
  to: RequestState,
  change: { needs: ReviewNeeds; actor: string; now: Date; offer?: Offer },
): Promise<AccessRequest> {
  const at = toInstant(change.now);
  if (to === request.state) {
    const counted = { ...request, version: request.version + 1, needs: change.needs };
    await saveRequest(unit, counted);
    return counted;
  }
  const { needs, offer } = change;
  const moved = transitionRequest(request, to, { at, needs, ...(offer === undefined ? {} : { offer }) });
  if (to === 'approved') await useInvitationIn(unit, moved, at);
  const grant = to === 'approved' ? await createGrantIn(deps, unit, moved, change.now) : null;
  const stored = grant === null ? moved : { ...moved, grant: grant.id };
  await saveRequest(unit, stored);
  await unit.log.append({
    type: `request.${to}`,
    at,
    actor: change.actor,
    data: { request: stored.id, requester: stored.requester, digest: stored.digest, grant: stored.grant },
  });
  await unit.outbox.add(requestNotice(stored, at));
  return stored;
}

async function saveRequest(unit: TenantUnit, request: AccessRequest): Promise<void> {
  if (!(await unit.requests.update(request)))
    throw new AccessError(
      'conflict',
      'Somebody else changed this request at the same moment. Read it again.',
    );
}
