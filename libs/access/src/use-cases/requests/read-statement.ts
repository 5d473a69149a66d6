import type { ApprovalStatement, Opening, Terms } from '@countersign/contract';
import { isOpen } from '../../domain/access-request.js';
import { parseCounterOffer } from '../../domain/counter-offer.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { approvalStatement } from '../../domain/trust/approval-statement.js';
import { AccessError, notFound } from '../../errors.js';
import type { ReadUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { approvalFacts, type Decided } from './countersign-review.js';
import { requestViews } from './request-view.js';

/** What an approver signs, with what it is about: terms, and what opens their commitments. */
export interface StatementView {
  statement: ApprovalStatement;
  terms: Terms;
  openings: Record<string, Opening>;
}

/** Which decision it would be; a counter-offer brings its whole new terms, as they came. */
export type StatementInput = { decision: 'approve' | 'deny' } | { decision: 'counter'; terms: unknown };

/**
 * The statement that the asking approver may sign over a request of their tenant, as of now. Nothing is stored: what is
 * signed is judged when it comes with a review.
 *
 * @throws AccessError `forbidden`, `not_found`, `already_decided`, `invalid_request` for terms that are no counter-offer
 */
export async function draftApprovalStatement(
  deps: Deps,
  { person }: Principal,
  id: string,
  asked: StatementInput,
): Promise<StatementView> {
  requirePermission(person, 'request.review');
  if (person.tenant === null)
    throw new AccessError('forbidden', 'Statements are signed by the customer’s approvers.');
  return deps.store.readForTenant(person.tenant, async (unit) => {
    const request = await unit.requests.find(id);
    if (request === null) throw notFound('request');
    const now = deps.clock.now();
    if (!isOpen(request) || now.getTime() >= Date.parse(request.lapsesAt))
      throw new AccessError('already_decided', `This request is ${request.state}; nothing is left to sign.`);
    const decided: Decided =
      asked.decision === 'counter'
        ? { ...parseCounterOffer(deps.hashing, request, asked.terms, now), decision: 'approve' }
        : { digest: request.digest, terms: request.terms, decision: asked.decision };
    const statement = approvalStatement(
      await approvalFacts(signingPoint(unit), request, decided, { person: person.id, now }),
    );
    const [view] = await requestViews(unit, [request]);
    return { statement, terms: decided.terms, openings: view?.openings ?? {} };
  });
}

/** A read unit as what statements are made of. */
export const signingPoint = ({ trust, events }: Pick<ReadUnit, 'trust' | 'events'>) => ({
  trust,
  head: () => events.head(),
});
