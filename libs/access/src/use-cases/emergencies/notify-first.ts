import { carriesDuty, toInstant } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { AccessError } from '../../errors.js';
import type { Delivery, NoticeView, TenantUnit } from '../../ports/index.js';
import { endRequestIn } from '../ending/end-request.js';
import { reevaluate } from '../evaluation/reevaluate.js';
import { nextRequestState, transitionRequestIn } from '../requests/request-transitions.js';
import type { Deps } from '../shared/deps.js';

/** What the deliveries of a notice came to. */
interface NoticeProgress {
  /** Every recipient has had at least one attempt. */
  isAttempted: boolean;
  /** The channels by which at least one recipient acknowledged it. */
  channels: string[];
  delivered: number;
  recipients: number;
}

/** A first attempt has ended, whatever it came to. Beginning one is not enough: it may hang. */
const wasAttempted = ({ state, lastError }: Delivery): boolean => state !== 'due' || lastError !== null;

export function noticeProgress(view: NoticeView | null): NoticeProgress {
  // A mailbox cannot stop the access, so only notices to people count. A push service accepts what no one may ever see.
  const deliveries = (view?.deliveries ?? []).filter(
    ({ channel, recipient }) => carriesDuty(channel) && !recipient.startsWith('nad_'),
  );
  const delivered = deliveries.filter(({ state }) => state === 'delivered');
  return {
    isAttempted: deliveries.length > 0 && deliveries.every(wasAttempted),
    channels: [...new Set(delivered.map(({ channel }) => channel))].sort(),
    delivered: delivered.length,
    recipients: deliveries.length,
  };
}

/**
 * Starts an emergency whose notice has reached the customer: every channel has had an attempt, and at least one recipient
 * has acknowledged. Until then the request stays `notifying` and opens nothing, and it lapses if no channel answers in time.
 * The rules are evaluated once more; what they no longer allow ends.
 *
 * @returns true if the request moved on
 */
export async function startNotified(deps: Deps, tenant: string, id: string): Promise<boolean> {
  const waiting = await deps.store.readForTenant(tenant, (unit) => unit.requests.find(id));
  const notice = waiting?.notice ?? null;
  if (waiting?.state !== 'notifying' || notice === null) return false;
  const progress = noticeProgress(await deps.store.notices.read((unit) => unit.deliveries.find(notice)));
  if (!progress.isAttempted || progress.delivered === 0) return false;
  return deps.store.forTenant(tenant, async (unit) => {
    const request = await unit.requests.find(id);
    const now = deps.clock.now();
    if (request?.state !== 'notifying' || Date.parse(request.lapsesAt) <= now.getTime()) return false;
    return openIn(deps, unit, request, progress, now);
  });
}

async function openIn(
  deps: Deps,
  unit: TenantUnit,
  request: AccessRequest,
  progress: NoticeProgress,
  now: Date,
): Promise<boolean> {
  const at = toInstant(now);
  const needs = await reevaluate(unit, request, request.terms, now).catch((error: unknown) => {
    if (error instanceof AccessError && error.code === 'controls_changed') return null;
    throw error;
  });
  if (needs === null) {
    await endRequestIn(unit, request, { to: 'expired', actor: 'job', at });
    return true;
  }
  const reviews = await unit.reviews.ofRequests([request.id]);
  const to = nextRequestState(request, needs, reviews, true);
  // A reviewer has lost the role meanwhile: another one has to review.
  if (to !== 'approved') return false;
  const { channels, delivered, recipients } = progress;
  await unit.log.append({
    type: request.terms.basis === 'legal' ? 'demand.notified' : 'emergency.notified',
    at,
    actor: 'job',
    data: {
      ...{ request: request.id, requester: request.requester, digest: request.digest },
      ...{ notice: request.notice, channels, delivered, recipients },
    },
  });
  await transitionRequestIn(deps, unit, request, to, { needs, actor: 'job', now, reviews });
  return true;
}
