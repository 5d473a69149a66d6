import { OPEN_REQUEST_STATES, type Terms } from '@countersign/contract';
import { waitsForLock } from '@countersign/wording';
import { type AccessRequest, isOpen } from '../../domain/access-request.js';
import type { ReviewNeeds } from '../../domain/review.js';
import { AccessError } from '../../errors.js';
import type { PolicyContext } from '../../policy/context.js';
import { evaluate } from '../../policy/evaluate.js';
import { type NeedChange, needChanges, stricterNeeds } from '../../policy/needs.js';
import { type RequestedAccess, requestedByTerms } from '../../policy/requested-access.js';
import type { ReadUnit, TenantUnit, VendorUnit } from '../../ports/index.js';
import { outdatedNotice } from '../notices/notices.js';
import { loadPolicyContext, type PolicyReads } from './load-context.js';

type Reads = PolicyReads & Pick<ReadUnit, 'grants'>;

/**
 * Evaluates a request again, at a review or an acceptance: controls may have narrowed since it was made.
 *
 * @param terms the request's own, or the narrower ones that replace them
 * @returns the reviews that these terms need
 * @throws AccessError `controls_changed` saying what has changed
 */
export async function reevaluate(
  unit: Reads,
  request: AccessRequest,
  terms: Terms,
  now: Date,
): Promise<ReviewNeeds> {
  return requireNoStricter(request, await loadReview(unit, request, terms, now));
}

/** What the rules evaluate: the access of these terms, and what they read about it. */
interface LoadedReview {
  access: RequestedAccess;
  context: PolicyContext;
}

/** @throws AccessError `controls_changed` if the requester is gone, or the grant that it extends was revoked */
async function loadReview(
  unit: Reads,
  request: AccessRequest,
  terms: Terms,
  now: Date,
): Promise<LoadedReview> {
  const requester = await unit.organisation.person(request.requester);
  if (requester === null) throw new AccessError('controls_changed', 'The requester is no longer known.');
  await requireExtendedNotRevoked(unit, terms);
  const access = requestedByTerms(terms, request.reasonCode);
  const input = { stage: 'review', now, requester, openRequests: 0, terms } as const;
  return { access, context: await loadPolicyContext(unit, access, input) };
}

/** @throws AccessError `controls_changed` if the rules refuse it now, require more than they did, or a stop or lock is in force */
function requireNoStricter(request: AccessRequest, { access, context }: LoadedReview): ReviewNeeds {
  const { refusals, needs } = evaluate(access, context);
  const isLocked = isOnlyLocked(refusals);
  if (needs === null || (refusals.length > 0 && !isLocked))
    throw new AccessError(
      'controls_changed',
      `The rules have changed since this was requested. It can no longer be approved. ${detailsOf(refusals)}`,
      { refusals },
    );
  // This answers before a lock does: lifting the lock would not help a request that needs more now.
  const changes = needChanges(request.needs, needs);
  if (changes.length > 0)
    throw new OutdatedError(
      `The rules have changed since this was requested. Send a new request. ${stricterNeeds(request.needs, needs).join(' ')}`,
      changes,
    );
  if (isLocked)
    throw new AccessError('controls_changed', `This cannot be approved now. ${detailsOf(refusals)}`, {
      refusals,
    });
  return needs;
}

const detailsOf = (refusals: AccessError['refusals']): string =>
  refusals.map(({ detail }) => detail).join(' ');

/** Whether the refusals are all stops and locks. Once those are lifted, what they refuse is possible again. */
export const isOnlyLocked = (refusals: AccessError['refusals']): boolean =>
  refusals.length > 0 && refusals.every(({ code }) => code === 'locked');

/** It needs more than it did when it was requested. */
class OutdatedError extends AccessError {
  constructor(
    detail: string,
    readonly changes: NeedChange[],
  ) {
    super('controls_changed', detail);
  }
}

const LOCKED: NeedChange = { code: 'locked', from: null, to: null, channels: [] };

/** Why an open request cannot be approved now. */
export interface Outdated {
  text: string;
  /**
   * What it needs now and did not need before, or `locked` if only stops and locks are in the way; empty if it is refused, cannot be
   * evaluated, or its requester is gone.
   */
  changes: NeedChange[];
}

/**
 * How a review or an acceptance of these terms would be refused now, so that no one presses a button that cannot work. A rule that
 * throws lets nothing be approved: a request that cannot be evaluated must neither close the lists that it is in nor keep the
 * customer from tightening its controls. Faults of the store are thrown.
 *
 * @param terms the open request's own, or those that were offered instead
 * @returns null while they can be approved
 */
export async function whyOutdated(
  unit: Reads,
  request: AccessRequest,
  terms: Terms,
  now: Date,
): Promise<Outdated | null> {
  let loaded: LoadedReview;
  try {
    loaded = await loadReview(unit, request, terms, now);
  } catch (error) {
    // Also if its tenant or service is gone.
    if (error instanceof AccessError) return { text: error.message, changes: [] };
    throw error;
  }
  try {
    requireNoStricter(request, loaded);
    return null;
  } catch (error) {
    if (error instanceof OutdatedError) return { text: error.message, changes: error.changes };
    if (error instanceof AccessError)
      return { text: error.message, changes: isOnlyLocked(error.refusals) ? [LOCKED] : [] };
    return { text: 'The rules cannot be evaluated now, so this cannot be approved.', changes: [] };
  }
}

/** Open requests of each state that a change of rules evaluates, because it holds the lock of its tenant meanwhile. */
const MOST_EVALUATED = 200;

/**
 * Makes a change of the tenant's rules, and notifies the engineers whose open requests can no longer be approved because of it,
 * all in one unit of work. Only the newest 200 of each state are notified; older ones show it when they are read.
 */
export async function notifyingOutdated<T>(
  unit: TenantUnit,
  now: Date,
  change: () => Promise<T>,
): Promise<T> {
  const approvable: AccessRequest[] = [];
  for (const state of OPEN_REQUEST_STATES) {
    const { items } = await unit.requests.list(
      { tenant: unit.tenant, state },
      { cursor: null, limit: MOST_EVALUATED },
    );
    for (const request of items) if (await isApprovable(unit, request, now)) approvable.push(request);
  }
  const result = await change();
  for (const request of approvable)
    if (!(await isApprovable(unit, request, now)))
      await unit.outbox.add(outdatedNotice(request, now.toISOString()));
  return result;
}

/**
 * The same for a change that may concern every tenant: of the newest 200 open requests of each state, whosever they are, so that its
 * cost does not grow with the number of tenants.
 */
export async function notifyingOutdatedEverywhere(
  unit: VendorUnit,
  now: Date,
  change: () => Promise<void>,
): Promise<void> {
  const approvable: AccessRequest[] = [];
  for (const state of OPEN_REQUEST_STATES) {
    const { items } = await unit.requests.list({ state }, { cursor: null, limit: MOST_EVALUATED });
    for (const request of items)
      if (await isApprovable(await unit.tenant(request.tenant), request, now)) approvable.push(request);
  }
  await change();
  for (const before of approvable) {
    const own = await unit.tenant(before.tenant);
    const request = await own.requests.find(before.id);
    // The change itself has ended some, with notices of their own.
    if (request !== null && isOpen(request) && !(await isApprovable(own, request, now)))
      await own.outbox.add(outdatedNotice(request, now.toISOString()));
  }
}

/** Whether the rules let the request be approved, now or once a stop or a lock is lifted. */
async function isApprovable(unit: Reads, request: AccessRequest, now: Date): Promise<boolean> {
  const outdated = await whyOutdated(unit, request, request.terms, now);
  return outdated === null || waitsForLock(outdated.changes);
}

/** Revoking a grant also stops its extension, whether or not that was decided. */
async function requireExtendedNotRevoked(unit: Pick<Reads, 'grants'>, terms: Terms): Promise<void> {
  if (terms.extends === undefined) return;
  const extended = await unit.grants.findByDigest(terms.extends);
  if (extended === null || extended.endReason === 'revoked')
    throw new AccessError('controls_changed', 'The grant that this extends was revoked. Send a new request.');
}
