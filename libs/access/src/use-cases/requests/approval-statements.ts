import {
  type ApprovalStatement,
  type Opening,
  parseApproval,
  parseSignature,
  type Signature,
  type Terms,
} from '@countersign/contract';
import { type AccessRequest, isOpen } from '../../domain/access-request.js';
import { parseCounterOffer } from '../../domain/counter-offer.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { sideOf } from '../../domain/review.js';
import {
  type ApprovalFacts,
  approvalStatement,
  validateApproval,
} from '../../domain/trust/approval-statement.js';
import { parseInput } from '../../domain/validate-input.js';
import { AccessError, notFound } from '../../errors.js';
import type { ReadUnit, TenantUnit } from '../../ports/index.js';
import type { Deps, SigningDeps } from '../shared/deps.js';
import { requireSignedBy, signingPoint } from '../shared/verify-signature.js';
import { requestViews } from './read-requests.js';

/** The terms that a decision is about: the request's own, or those of a counter-offer. */
export interface Decided {
  digest: string;
  terms: Terms;
  decision: ApprovalStatement['decision'];
}

/** The facts from which a statement over these terms is made, and by which a signed one is checked. */
async function approvalFacts(
  unit: Pick<ReadUnit, 'trust'> & { head(): Promise<ApprovalFacts['log']> },
  request: AccessRequest,
  decided: Decided,
  by: { person: string; now: Date },
): Promise<ApprovalFacts> {
  const chain = await unit.trust.chain(request.tenant);
  return {
    ...decided,
    ...by,
    versions: chain.map(({ hash }) => hash),
    createdAt: request.createdAt,
    log: await unit.head(),
  };
}

/**
 * Verifies the countersignature of a review: over exactly this decision, by a passkey of the reviewer.
 *
 * @param input as received
 * @throws AccessError `invalid_request`, `forbidden` if the review did not come from the person's own browser session
 */
export async function countersignReview(
  deps: SigningDeps,
  unit: TenantUnit,
  request: AccessRequest,
  decided: Decided,
  by: { person: Person; principal: Principal; now: Date },
  input: unknown,
): Promise<Signature<ApprovalStatement>> {
  if (sideOf(by.person) === 'vendor')
    throw new AccessError('invalid_request', 'Only the customer countersigns.', {
      pointer: '/countersignature',
    });
  requirePermission(by.principal, 'request.countersign', by.person);
  const signature = parseInput('/countersignature', () => parseSignature(input));
  const statement = parseInput('/countersignature/statement', () => parseApproval(signature.statement));
  const { trust, log } = unit;
  const facts = await approvalFacts({ trust, head: () => log.head() }, request, decided, {
    person: by.person.id,
    now: by.now,
  });
  validateApproval(statement, facts);
  const read = { ...signature, statement };
  await requireSignedBy(deps, unit, by.person.id, read);
  return read;
}

/** What an approver signs, with its terms and the openings of their commitments. */
interface StatementView {
  statement: ApprovalStatement;
  terms: Terms;
  openings: Record<string, Opening>;
}

/** The intended decision. A counter-offer carries its whole new terms, as received. */
type StatementInput = { decision: 'approve' | 'deny' } | { decision: 'counter'; terms: unknown };

/**
 * The statement that the calling approver may now sign over a request of their tenant. Nothing is stored: the signed
 * statement is verified when it comes with a review.
 *
 * @throws AccessError `forbidden`, `not_found`, `already_decided`, `invalid_request` for terms that are no counter-offer
 */
export async function draftApprovalStatement(
  deps: Deps,
  principal: Principal,
  id: string,
  input: StatementInput,
): Promise<StatementView> {
  requirePermission(principal, 'request.review');
  const { person } = principal;
  if (person.tenant === null)
    throw new AccessError('forbidden', 'Statements are signed by the customer’s approvers.');
  return deps.store.readForTenant(person.tenant, async (unit) => {
    const request = await unit.requests.find(id);
    if (request === null) throw notFound('request');
    const now = deps.clock.now();
    if (!isOpen(request) || now.getTime() >= Date.parse(request.lapsesAt))
      throw new AccessError('already_decided', `This request is ${request.state}; nothing is left to sign.`);
    const decided: Decided =
      input.decision === 'counter'
        ? { ...parseCounterOffer(deps.hashing, request, input.terms, now), decision: 'approve' }
        : { digest: request.digest, terms: request.terms, decision: input.decision };
    const statement = approvalStatement(
      await approvalFacts(signingPoint(unit), request, decided, { person: person.id, now }),
    );
    const [view] = await requestViews(unit, [request], { withChanges: true });
    return { statement, terms: decided.terms, openings: view?.openings ?? {} };
  });
}
