import { z } from 'zod';
import { canonicalJson } from '../core/canonical-json.js';
import { isCommitment } from '../core/commitment.js';
import { type Hashing, sha256Digest } from '../core/hashing.js';
import { idPattern, isServiceName, SERVICE_NAME } from '../core/ids.js';
import { isNormalisedScope, type ScopeEntry } from '../resource/scope.js';
import { budget, commitment, count, digest, instant, scope, seconds } from '../terms/members.js';
import type { Budget } from '../terms/terms.js';
import { deployment, type LogPoint, log, person, tenant } from './members.js';
import { inItsWindow, ofTenant, readStatement, type StatementRule } from './read-statement.js';

export const INVITATION_TYPE = 'countersign/invitation/v1';

/**
 * What a customer's approver says who opens the door (CONTRACT §3): one may work in this scope without asking
 * again, for at most `maxSeconds` each time, between the two instants. Absent members are absent, never null.
 */
export type InvitationStatement = {
  type: typeof INVITATION_TYPE;
  /** `dep_…` */
  deployment: string;
  tenant: string;
  /** `inv_…` */
  invitation: string;
  service: string;
  /** Normalised. */
  scope: ScopeEntry[];
  /** Commitment `c1:…`; a request that fits copies it. */
  ticket?: string;
  /** The longest that one grant may last. */
  maxSeconds: number;
  /** The most that each grant may use. */
  budget?: Budget;
  /** How many grants it may open; held by the broker alone. */
  uses?: number;
  notBefore: string;
  notAfter: string;
  /** `usr_…`, whose invitation it is. */
  person: string;
  /** Hash of a version of the tenant's trust document; absent while the tenant is unclaimed. */
  trust?: string;
  log: LogPoint;
};

/** Shape of the statement; published as docs/schemas/invitation-v1.json. Rules between members: `parseInvitation`. */
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

/** The statement of an invitation from anything. Throws ContractError `invalid_statement` with a pointer. */
export function parseInvitation(value: unknown): InvitationStatement {
  return readStatement(invitationSchema, RULES, value, 'invitation');
}

/** `sha256:` + hex SHA-256 of the canonical statement: what terms with `basis: invitation` name, spelled as digests are. */
export function invitationHash(hashing: Hashing, statement: InvitationStatement): string {
  return sha256Digest(hashing, canonicalJson(statement));
}
