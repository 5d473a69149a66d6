import type { Opening, Terms } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { countApprovals, findCounterOffer, type Offer, type Review } from '../../domain/review.js';
import type { ReadUnit } from '../../ports/index.js';

/** A request with what stands beside it: reviews (oldest first) and the openings of its commitments. */
export interface RequestView {
  request: AccessRequest;
  reviews: Review[];
  openings: Record<string, Opening>;
  /** What the customer offers instead, while the requester has not answered. */
  offer: (Offer & { review: string; person: string }) | null;
  /** `inv_…` that it leans on; null if on none. */
  invitation: string | null;
}

/** The request as of these reviews: `needs` tells how many approvals each side has given. */
export function withProgress(request: AccessRequest, reviews: readonly Review[]): AccessRequest {
  const { vendor, customer, risk } = request.needs;
  return {
    ...request,
    needs: {
      vendor: { ...vendor, approved: countApprovals(reviews, 'vendor', request.digest) },
      customer: { ...customer, approved: countApprovals(reviews, 'customer', request.digest) },
      risk,
    },
  };
}

function standingOffer(request: AccessRequest, reviews: readonly Review[]): RequestView['offer'] {
  const counter = request.state === 'countered' ? findCounterOffer(reviews, request.digest) : undefined;
  return counter === undefined ? null : { ...counter.offer, review: counter.id, person: counter.person };
}

const commitmentsOf = (terms: Terms): Record<string, string> => ({
  justification: terms.justification,
  ...(terms.ticket === undefined ? {} : { ticket: terms.ticket }),
});

/** Views of many requests in a few reads, however many they are. */
export async function requestViews(
  unit: Pick<ReadUnit, 'reviews' | 'openings' | 'invitations'>,
  requests: readonly AccessRequest[],
): Promise<RequestView[]> {
  if (requests.length === 0) return [];
  const reviews = await unit.reviews.ofRequests(requests.map((request) => request.id));
  const opened = await unit.openings.find(
    requests.flatMap((request) => Object.values(commitmentsOf(request.terms))),
  );
  const invitations = await unit.invitations.idsOf(requests.flatMap(({ terms }) => terms.invitation ?? []));
  return requests.map((request) => {
    const own = reviews.filter((review) => review.request === request.id);
    const openings: Record<string, Opening> = {};
    for (const [name, commitment] of Object.entries(commitmentsOf(request.terms))) {
      const opening = opened.get(commitment);
      if (opening !== undefined) openings[name] = opening;
    }
    return {
      request: withProgress(request, own),
      reviews: own,
      openings,
      offer: standingOffer(request, own),
      invitation: invitations.get(request.terms.invitation ?? '') ?? null,
    };
  });
}
