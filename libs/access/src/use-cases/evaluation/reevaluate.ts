import type { Terms } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import type { ReviewNeeds } from '../../domain/review.js';
import { AccessError } from '../../errors.js';
import { evaluate } from '../../policy/evaluate.js';
import { stricterNeeds } from '../../policy/needs.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import type { ReadUnit } from '../../ports/index.js';
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
  const more = stricterNeeds(request.needs, needs);
  if (more.length > 0)
    throw new AccessError(
      'controls_changed',
      `The rules have changed since this was requested. Send a new request. ${more.join(' ')}`,
    );
  return needs;
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
): Promise<string | null> {
  try {
    await reevaluate(unit, request, terms, now);
    return null;
  } catch (error) {
    if (error instanceof AccessError && error.code === 'controls_changed') return error.message;
    throw error;
  }
}

/** Revoking a grant also stops its extension, whether or not that was decided. */
async function requireExtendedNotRevoked(unit: Pick<Reads, 'grants'>, terms: Terms): Promise<void> {
  if (terms.extends === undefined) return;
  const extended = await unit.grants.findByDigest(terms.extends);
  if (extended === null || extended.endReason === 'revoked')
    throw new AccessError('controls_changed', 'The grant that this extends was revoked. Send a new request.');
}
