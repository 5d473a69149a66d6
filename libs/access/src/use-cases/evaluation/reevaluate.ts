import type { Terms } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import type { ReviewNeeds } from '../../domain/review.js';
import { AccessError } from '../../errors.js';
import { evaluate } from '../../policy/evaluate.js';
import { type NeedChange, needChanges, stricterNeeds } from '../../policy/needs.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import type { Page, ReadUnit, TenantUnit } from '../../ports/index.js';
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
  const requester = await unit.organisation.person(request.requester);
  if (requester === null) throw new AccessError('controls_changed', 'The requester is no longer known.');
  await requireExtendedNotRevoked(unit, terms);
  const access = requestedByTerms(terms, request.reasonCode);
  const context = await loadPolicyContext(unit, access, {
    stage: 'review',
    now,
    requester,
    openRequests: 0,
    terms,
  });
  const { refusals, needs } = evaluate(access, context);
  if (refusals.length > 0 || needs === null)
    throw new AccessError(
      'controls_changed',
      `The rules have changed since this was requested. It can no longer be approved. ${refusals.map(({ detail }) => detail).join(' ')}`,
      { refusals },
    );
  const changes = needChanges(request.needs, needs);
  if (changes.length > 0)
    throw new OutdatedError(
      `The rules have changed since this was requested. Send a new request. ${stricterNeeds(request.needs, needs).join(' ')}`,
      changes,
    );
  return needs;
}

/** It needs more than it did when it was requested. */
class OutdatedError extends AccessError {
  constructor(
    detail: string,
    readonly changes: NeedChange[],
  ) {
    super('controls_changed', detail);
  }
}

/** Why an open request can no longer be approved. */
export interface Outdated {
  text: string;
  /** What it needs now and did not need before; empty if it is refused or its requester is gone. */
  changes: NeedChange[];
}

/**
 * How a review or an acceptance of these terms would be refused now, so that no one presses a button that cannot work.
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
  try {
    await reevaluate(unit, request, terms, now);
    return null;
  } catch (error) {
    if (error instanceof OutdatedError) return { text: error.message, changes: error.changes };
    if (error instanceof AccessError && error.code === 'controls_changed')
      return { text: error.message, changes: [] };
    throw error;
  }
}

const OPEN_STATES = ['awaiting_vendor', 'awaiting_customer', 'countered', 'notifying'] as const;
const PAGE_SIZE = 200;

/** The tenant's open requests that can no longer be approved, by id. */
async function outdatedRequests(
  unit: Reads & Pick<ReadUnit, 'requests'> & { tenant: string },
  now: Date,
): Promise<Map<string, AccessRequest>> {
  const found = new Map<string, AccessRequest>();
  for (const state of OPEN_STATES) {
    let cursor: string | null = null;
    do {
      const page: Page<AccessRequest> = await unit.requests.list(
        { tenant: unit.tenant, state },
        { cursor, limit: PAGE_SIZE },
      );
      for (const request of page.items)
        if ((await whyOutdated(unit, request, request.terms, now)) !== null) found.set(request.id, request);
      cursor = page.next;
    } while (cursor !== null);
  }
  return found;
}

/**
 * Makes a change of the tenant's rules, and notifies the engineers whose open requests can no longer be approved because of it,
 * all in one unit of work.
 */
export async function notifyingOutdated<T>(
  unit: TenantUnit,
  now: Date,
  change: () => Promise<T>,
): Promise<T> {
  const before = await outdatedRequests(unit, now);
  const result = await change();
  for (const [id, request] of await outdatedRequests(unit, now))
    if (!before.has(id)) await unit.outbox.add(outdatedNotice(request, now.toISOString()));
  return result;
}

/** Revoking a grant also stops its extension, whether or not that was decided. */
async function requireExtendedNotRevoked(unit: Pick<Reads, 'grants'>, terms: Terms): Promise<void> {
  if (terms.extends === undefined) return;
  const extended = await unit.grants.findByDigest(terms.extends);
  if (extended === null || extended.endReason === 'revoked')
    throw new AccessError('controls_changed', 'The grant that this extends was revoked. Send a new request.');
}
