import { z } from 'zod';
import { isCommitment } from '../encoding/commitment.js';
import { idPattern, isServiceName, SERVICE_NAME } from '../identifiers.js';
import { isNormalisedScope, type ScopeEntry, scopeNarrows } from '../resource/scope.js';
import { budget, commitment, count, digest, instant, scope, seconds } from '../terms/members.js';
import { budgetWithin, type Widening } from '../terms/narrow.js';
import type { Budget, Terms } from '../terms/terms.js';
import {
  deployment,
  inItsWindow,
  type LogPoint,
  log,
  ofTenant,
  person,
  readStatement,
  type StatementRule,
  tenant,
} from './members.js';

export const INVITATION_TYPE = 'countersign/invitation/v1';

/**
 * An approver's standing invitation (docs/contract.md, Statements): a request that fits it needs no further approval of
 * the customer. Each grant lasts at most `maxSeconds` and lies between the two instants. Absent members are absent, never
 * null. Canonical JSON, which is hashed and signed:
 *
 *     {"deployment":"dep_…","invitation":"inv_…","log":{…},"maxSeconds":3600,"notAfter":"…Z","notBefore":"…Z",
 *      "person":"usr_…","scope":[…],"service":"…","tenant":"…","type":"countersign/invitation/v1"}
 */
export type InvitationStatement = {
  type: typeof INVITATION_TYPE;
  /** `dep_…` */
  deployment: string;
  tenant: string;
  /** `inv_…` */
  invitation: string;
  service: string;
  /** In normal form. */
  scope: ScopeEntry[];
  /** Commitment `c1:…`. A request that fits copies it. */
  ticket?: string;
  /** The longest that one grant may last. */
  maxSeconds: number;
  /** The most that each grant may use. */
  budget?: Budget;
  /** How many grants it may open. Only the broker counts them. */
  uses?: number;
  notBefore: string;
  notAfter: string;
  /** `usr_…`, who signs it. */
  person: string;
  /** The hash of a version of the tenant's trust document. Absent while the tenant is unclaimed. */
  trust?: string;
  log: LogPoint;
};

/** The shape of the statement, published as docs/schemas/invitation-v1.json. `parseInvitation` has the rules between members. */
export const invitationSchema: z.ZodType<InvitationStatement> = z.strictObject({
  type: z.literal(INVITATION_TYPE),
  deployment,
  tenant,
  invitation: z.string().regex(idPattern('inv')),
  service: z.string().regex(SERVICE_NAME),
  scope,
  ticket: z.exactOptional(commitment),
  maxSeconds: seconds,
  budget: z.exactOptional(budget),
  uses: z.exactOptional(count),
  notBefore: instant,
  notAfter: instant,
  person,
  trust: z.exactOptional(digest),
  log,
});

const RULES: readonly StatementRule<InvitationStatement>[] = [
  ofTenant,
  ['/service', ({ service }) => isServiceName(service), 'this name belongs to no service'],
  ['/scope', ({ scope: entries }) => isNormalisedScope(entries), 'not in normal form'],
  ['/ticket', ({ ticket }) => ticket === undefined || isCommitment(ticket), 'not a commitment'],
  ...inItsWindow,
];

/** Parses the statement of an invitation. Throws ContractError `invalid_statement` with a pointer. */
export function parseInvitation(value: unknown): InvitationStatement {
  return readStatement(invitationSchema, RULES, value, 'invitation');
}

/** The members of terms that an invitation limits. */
export type InvitedTerms = Pick<
  Terms,
  | 'tenant'
  | 'service'
  | 'scope'
  | 'seconds'
  | 'startsOn'
  | 'startsAt'
  | 'useBy'
  | 'lapsesAt'
  | 'budget'
  | 'ticket'
>;

type MatchRule = readonly [
  member: keyof InvitedTerms,
  holds: (terms: InvitedTerms, statement: InvitationStatement) => boolean,
  wrong: (statement: InvitationStatement) => string,
];

const MATCH_RULES: readonly MatchRule[] = [
  ['tenant', (terms, { tenant }) => terms.tenant === tenant, () => 'it is another tenant’s'],
  ['service', (terms, { service }) => terms.service === service, ({ service }) => `it is for ${service}`],
  [
    'scope',
    (terms, { scope }) => scopeNarrows(terms.scope, scope),
    () => 'it does not cover all that is asked for',
  ],
  [
    'seconds',
    (terms, { maxSeconds }) => terms.seconds <= maxSeconds,
    ({ maxSeconds }) => `it allows at most ${maxSeconds} seconds each time`,
  ],
  [
    'ticket',
    (terms, { ticket }) => ticket === undefined || terms.ticket === ticket,
    () => 'it is for another ticket',
  ],
  [
    'budget',
    (terms, { budget }) => budgetWithin(terms.budget, budget),
    () => 'it allows fewer calls or bytes',
  ],
  [
    'startsAt',
    ({ startsAt }, { notBefore }) => startsAt === undefined || Date.parse(startsAt) >= Date.parse(notBefore),
    ({ notBefore }) => `it begins at ${notBefore}`,
  ],
  [
    'lapsesAt',
    (terms, { notAfter }) => lastStart(terms) + terms.seconds * 1_000 <= Date.parse(notAfter),
    ({ notAfter }) => `the access could last beyond its end at ${notAfter}`,
  ],
];

/**
 * Every way in which terms do not fit an invitation; empty if they fit. The latest window that these terms could open must
 * end before the invitation does. The caller has parsed both.
 */
export function invitationMismatches(terms: InvitedTerms, statement: InvitationStatement): Widening[] {
  return MATCH_RULES.filter(([, holds]) => !holds(terms, statement)).map(([member, , wrong]) => ({
    pointer: `/${member}`,
    detail: wrong(statement),
  }));
}

/** The latest moment at which access under these terms could begin. */
function lastStart({ startsOn, startsAt, useBy, lapsesAt }: InvitedTerms): number {
  return Date.parse(startsAt ?? (startsOn === 'first-use' ? useBy : undefined) ?? lapsesAt);
}
