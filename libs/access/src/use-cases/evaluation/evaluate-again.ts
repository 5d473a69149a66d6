import type { Terms } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { type ReviewNeeds } from '../../domain/review.js';
import { AccessError } from '../../errors.js';
import { evaluate } from '../../policy/evaluate.js';

import { stricterNeeds } from '../../policy/needs.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import type { TenantUnit } from '../../ports/index.js';
import { loadPolicyContext } from './load-context.js';

/**
 * The evaluator once more, at a review or an acceptance: controls may have narrowed since the request was made.
 *
 * @param terms the request's own, or the narrower ones that take their place
 * @returns what these terms need
 * @throws AccessError `controls_changed` telling what has changed
 */
export async function reevaluate(
  unit: TenantUnit,
  request: AccessRequest,
  terms: Terms,
  now: Date,
): Promise<ReviewNeeds> {
  const requester = await unit.organisation.person(request.requester);
  if (requester === null) throw new AccessError('controls_changed', 'The requester is no longer known.');
  await extendsNothingRevoked(unit, terms);
  const ask = requestedByTerms(terms);
  const context = await loadPolicyContext(unit, ask, {
    stage: 'review',
    now,
    requester,
    openRequests: 0,
    terms,
  });
  const { refusals, needs } = evaluate(ask, context);
  if (refusals.length > 0 || needs === null)
    throw new AccessError(
      'controls_changed',
      `The rules have changed since this was asked; it can no longer be approved. ${refusals.map(({ detail }) => detail).join(' ')}`,
      { refusals },
    );
  const more = stricterNeeds(request.needs, needs);
  if (more.length > 0)
    throw new AccessError(
      'controls_changed',
      `The rules have changed since this was asked; it must be asked anew. ${more.join(' ')}`,
    );
  return needs;
}

/** Whoever stopped a grant also stopped its extension, decided or not. */
async function extendsNothingRevoked(unit: TenantUnit, terms: Terms): Promise<void> {
  if (terms.extends === undefined) return;
  const extended = await unit.grants.findByDigest(terms.extends);
  if (extended === null || extended.endReason === 'revoked')
    throw new AccessError('controls_changed', 'The grant that this extends was stopped; ask anew.');
}
