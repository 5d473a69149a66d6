import {
  type ApprovalStatement,
  parseApproval,
  parseSignature,
  type Signature,
  type Terms,
} from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { parseInput } from '../../domain/parse-input.js';
import { requireOwnBrowser } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { sideOf } from '../../domain/review.js';
import { type ApprovalFacts, validateApproval } from '../../domain/trust/approval-statement.js';
import { AccessError } from '../../errors.js';
import type { ReadUnit, TenantUnit } from '../../ports/index.js';
import type { SigningDeps } from '../shared/deps.js';
import { requireSignedBy } from '../trust/signed-by.js';

/** What is decided: the request's own terms, or those that are offered instead. */
export interface Decided {
  digest: string;
  terms: Terms;
  decision: ApprovalStatement['decision'];
}

/** What a statement over these terms is made of, or held against. */
export async function approvalFacts(
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
 * The countersignature that came with a review: over exactly this decision, by a passkey of its author.
 *
 * @param given as it came
 * @throws AccessError `invalid_request`, `forbidden` if it was not made in the person's own browser session
 */
export async function countersignReview(
  deps: SigningDeps,
  unit: TenantUnit,
  request: AccessRequest,
  decided: Decided,
  by: { person: Person; principal: Principal; now: Date },
  given: unknown,
): Promise<Signature<ApprovalStatement>> {
  if (sideOf(by.person) === 'vendor')
    throw new AccessError('invalid_request', 'Only the customer countersigns.', {
      pointer: '/countersignature',
    });
  requireOwnBrowser(by.principal);
  const signature = parseInput('/countersignature', () => parseSignature(given));
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
