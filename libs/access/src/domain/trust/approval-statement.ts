import {
  APPROVAL_TYPE,
  type ApprovalStatement,
  isInstant,
  type LogPoint,
  type Terms,
  toInstant,
} from '@countersign/contract';
import { requireStatement, type StatementRule } from '../validate-input.js';

/** The facts from which an approval statement is made, and by which a signed one is checked. */
export interface ApprovalFacts {
  digest: string;
  terms: Terms;
  decision: ApprovalStatement['decision'];
  person: string;
  /** Hashes of the tenant's trust chain, oldest first; empty while the tenant is unclaimed. */
  versions: readonly string[];
  /** When the request was made. No statement was offered before. */
  createdAt: string;
  /** The head of the tenant's log. */
  log: LogPoint;
  now: Date;
}

const endOf = ({ startsAt, lapsesAt, seconds }: Terms): string =>
  toInstant(new Date(Date.parse(startsAt ?? lapsesAt) + seconds * 1_000));

/** The statement that this approver may sign now (docs/contract.md, Statements). */
export function approvalStatement(facts: ApprovalFacts): ApprovalStatement {
  const { terms, digest, decision, person, versions, log, now } = facts;
  const current = versions.at(-1);
  return {
    type: APPROVAL_TYPE,
    deployment: terms.deployment,
    tenant: terms.tenant,
    digest,
    decision,
    person,
    ...(decision === 'deny' ? {} : { notBefore: terms.startsAt ?? toInstant(now), notAfter: endOf(terms) }),
    ...(current === undefined ? {} : { trust: current }),
    log,
  };
}

const RULES: readonly StatementRule<ApprovalStatement, ApprovalFacts>[] = [
  ['deployment', ({ deployment }, { terms }) => deployment === terms.deployment, 'is of another deployment'],
  ['tenant', ({ tenant }, { terms }) => tenant === terms.tenant, 'is of another tenant'],
  ['digest', ({ digest }, facts) => digest === facts.digest, 'is of other terms'],
  ['decision', ({ decision }, facts) => decision === facts.decision, 'says another decision'],
  ['person', ({ person }, facts) => person === facts.person, 'is another person’s'],
  [
    'trust',
    ({ trust }, { versions }) => (trust === undefined ? versions.length === 0 : versions.includes(trust)),
    'names no version of this tenant’s trust document',
  ],
  ['notBefore', startsWhenOffered, 'starts neither when it was offered nor at the requested start'],
  [
    'notAfter',
    ({ decision, notAfter }, { terms }) => decision === 'deny' || notAfter === endOf(terms),
    'does not end when the request does',
  ],
  [
    'log',
    ({ log }, facts) => log.epoch === facts.log.epoch && log.size <= facts.log.size,
    'is no point of this tenant’s log',
  ],
];

function startsWhenOffered(
  { decision, notBefore }: ApprovalStatement,
  { terms, createdAt, now }: ApprovalFacts,
): boolean {
  if (decision === 'deny') return notBefore === undefined;
  if (notBefore === undefined || !isInstant(notBefore)) return false;
  if (terms.startsAt !== undefined) return notBefore === terms.startsAt;
  const offered = Date.parse(notBefore);
  return offered >= Date.parse(createdAt) && offered <= now.getTime();
}

/** @throws AccessError `invalid_request` naming the first member that is wrong */
export function validateApproval(statement: ApprovalStatement, facts: ApprovalFacts): void {
  requireStatement(RULES, statement, facts);
}
