import {
  APPROVAL_TYPE,
  type ApprovalStatement,
  isInstant,
  type LogPoint,
  type Terms,
  toInstant,
} from '@countersign/contract';
import { AccessError } from '../../errors.js';

/** What an approver is to sign, and what a signed approval is held against. */
export interface ApprovalFacts {
  digest: string;
  terms: Terms;
  decision: ApprovalStatement['decision'];
  person: string;
  /** Hashes of the tenant's trust chain, oldest first; empty while it is unclaimed. */
  versions: readonly string[];
  /** When the request was made: nobody offered to sign before. */
  createdAt: string;
  /** Where the tenant's log stands. */
  log: LogPoint;
  now: Date;
}

const endOf = ({ startsAt, lapsesAt, seconds }: Terms): string =>
  toInstant(new Date(Date.parse(startsAt ?? lapsesAt) + seconds * 1_000));

/** The statement as this approver may sign it now (CONTRACT §3). */
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

type Rule = readonly [
  member: keyof ApprovalStatement,
  holds: (statement: ApprovalStatement, facts: ApprovalFacts) => boolean,
  wrong: string,
];

const RULES: readonly Rule[] = [
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
  [
    'notBefore',
    beginsWhenOffered,
    'is not the moment at which it was offered, or the start that was asked for',
  ],
  [
    'notAfter',
    ({ decision, notAfter }, { terms }) => decision === 'deny' || notAfter === endOf(terms),
    'is not the end that was asked for',
  ],
  [
    'log',
    ({ log }, facts) => log.epoch === facts.log.epoch && log.size <= facts.log.size,
    'is no point of this tenant’s log',
  ],
];

function beginsWhenOffered(
  { decision, notBefore }: ApprovalStatement,
  { terms, createdAt, now }: ApprovalFacts,
): boolean {
  if (decision === 'deny') return notBefore === undefined;
  if (notBefore === undefined || !isInstant(notBefore)) return false;
  if (terms.startsAt !== undefined) return notBefore === terms.startsAt;
  const offered = Date.parse(notBefore);
  return offered >= Date.parse(createdAt) && offered <= now.getTime();
}

/** @throws AccessError `invalid_request` naming the first member that is not what it has to be */
export function validateApproval(statement: ApprovalStatement, facts: ApprovalFacts): void {
  for (const [member, holds, wrong] of RULES)
    if (!holds(statement, facts))
      throw new AccessError('invalid_request', `What was signed ${wrong}.`, {
        pointer: `/countersignature/statement/${member}`,
      });
}
