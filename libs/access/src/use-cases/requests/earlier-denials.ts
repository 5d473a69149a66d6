import { resourcesOverlap, type ScopeEntry } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import type { ReadUnit } from '../../ports/index.js';

/** A request that was denied and overlapped what is asked now. */
export interface EarlierDenial {
  request: string;
  requester: string;
  deniedAt: string;
  reason: string | null;
}

/** So many of the last denials are looked at. */
const LOOKED_AT = 200;
const SHOWN = 10;

const overlap = (a: readonly ScopeEntry[], b: readonly ScopeEntry[]): boolean =>
  a.some((one) =>
    b.some(
      (other) =>
        resourcesOverlap(one.resource, other.resource) &&
        one.actions.some((action) => other.actions.includes(action)),
    ),
  );

/** What was denied before in this tenant and service, by whomever it was asked, newest first: the reviewer should know. */
export async function earlierDenials(
  unit: Pick<ReadUnit, 'requests' | 'reviews'>,
  request: AccessRequest,
): Promise<EarlierDenial[]> {
  const { tenant, service } = request;
  const { items } = await unit.requests.list(
    { tenant, service, state: 'denied', to: request.createdAt },
    { cursor: null, limit: LOOKED_AT },
  );
  const denied = items.filter((each) => overlap(each.terms.scope, request.terms.scope)).slice(0, SHOWN);
  const reviews = await unit.reviews.ofRequests(denied.map(({ id }) => id));
  return denied.map(({ id, requester, endedAt, createdAt }) => ({
    request: id,
    requester,
    deniedAt: endedAt ?? createdAt,
    reason: reviews.find((review) => review.request === id && review.decision === 'deny')?.reason ?? null,
  }));
}
