import type { AccessRequest } from '@countersign/api';
import { FINAL_REQUEST_STATES } from '@countersign/contract';

/** What the reader can do with a request now. */
type AvailableAction = 'decide' | 'decided' | 'own' | 'accept' | 'wait' | 'read' | 'over';

type Reader = { person: string; tenant: string | null; roles: string[] };

const OVER: ReadonlySet<AccessRequest['state']> = new Set(FINAL_REQUEST_STATES);

/** Whether it is decided, withdrawn or lapsed. */
export const isOver = ({ state }: Pick<AccessRequest, 'state'>): boolean => OVER.has(state);

/**
 * What the page offers; the broker authorizes every decision itself. The customer's approvers can still approve or deny a
 * countered request.
 */
export function availableAction(
  request: Pick<AccessRequest, 'state' | 'requester' | 'reviews' | 'digest'> & {
    terms: Pick<AccessRequest['terms'], 'basis'>;
  },
  { person, tenant, roles }: Reader,
): AvailableAction {
  if (isOver(request)) return 'over';
  if (request.requester === person) return request.state === 'countered' ? 'accept' : 'own';
  const hasDecided = request.reviews.some(
    (review) => review.person === person && review.digest === request.digest,
  );
  const awaited = tenant === null ? 'awaiting_vendor' : 'awaiting_customer';
  const reviewer = request.terms.basis === 'legal' ? 'legal' : 'reviewer';
  const may = roles.includes(tenant === null ? reviewer : 'approver');
  if (hasDecided) return 'decided';
  if (!may) return 'read';
  if (request.state === awaited) return 'decide';
  // An emergency waits for its notice; until then the customer may deny it.
  const mayStillDeny = request.state === 'countered' || request.state === 'notifying';
  return tenant !== null && mayStillDeny ? 'decide' : 'wait';
}

/** Whether an open request cannot be approved: the rules have changed since, or access is stopped or locked. */
export const isOutdated = ({ outdated }: Pick<AccessRequest, 'outdated'>): boolean =>
  outdated !== undefined && outdated !== null;
