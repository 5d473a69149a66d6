import type { AccessRequest } from '@countersign/api';
import { availableAction, isOutdated } from '../decision/available-action.js';

/** A queue of this many requests or fewer shows no filters. */
export const FEW = 3;

/** In which order a queue shows its requests. */
export const ORDERS = ['urgent', 'newest'] as const;
export type Order = (typeof ORDERS)[number];

export const readOrder = (text: string | null): Order => (text === 'newest' ? 'newest' : 'urgent');

/** Most urgent: what lapses first. */
export const inOrder = (requests: readonly AccessRequest[], order: Order): AccessRequest[] =>
  [...requests].sort((one, other) =>
    order === 'urgent'
      ? Date.parse(one.lapsesAt) - Date.parse(other.lapsesAt) || one.id.localeCompare(other.id)
      : Date.parse(other.createdAt) - Date.parse(one.createdAt) || other.id.localeCompare(one.id),
  );

/** What the link to a request says: what the reader is asked to do there, if anything. */
export function linkText(
  request: Parameters<typeof availableAction>[0] & Pick<AccessRequest, 'outdated'>,
  reader: Parameters<typeof availableAction>[1],
): 'open' | 'answer' | 'show' {
  if (isOutdated(request)) return 'show';
  const action = availableAction(request, reader);
  return action === 'decide' ? 'open' : action === 'accept' ? 'answer' : 'show';
}

type Decidable = Pick<AccessRequest, 'tenant' | 'state' | 'outdated'> & {
  needs: {
    risk: Pick<AccessRequest['needs']['risk'], 'level'>;
    impact: Pick<AccessRequest['needs']['impact'], 'level'>;
    customer: Pick<AccessRequest['needs']['customer'], 'countersignature'>;
  };
};

/** Its impact is low, and every channel may approve it. */
const isOfLowRisk = ({ needs: { risk, impact } }: Decidable): boolean =>
  risk.level === 'low' && impact.level === 'low';

/**
 * Whether the reader may approve it in the list. What needs a passkey is approved on its own page, which asks for it. What the rules
 * no longer allow is approved nowhere.
 */
export const mayApproveHere = (request: Decidable, isVendor: boolean): boolean =>
  !isOutdated(request) &&
  (isVendor
    ? request.state === 'awaiting_vendor'
    : request.state === 'awaiting_customer' &&
      isOfLowRisk(request) &&
      !request.needs.customer.countersignature);

/** Whether it may be approved together with others. */
export const mayApproveInBulk = (request: Decidable, isVendor: boolean): boolean =>
  mayApproveHere(request, isVendor) && isOfLowRisk(request);

/** What gets the focus once a request has been decided: the next one, or the one before if it was the last. */
export function nextAfter(ids: readonly string[], decided: string): string | null {
  const place = ids.indexOf(decided);
  return ids[place + 1] ?? (place > 0 ? (ids[place - 1] ?? null) : null);
}
