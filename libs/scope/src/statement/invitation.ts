import { z } from 'zod';
import { canonicalJson } from '../core/canonical-json.js';
import { isCommitment } from '../core/commitment.js';
import { jsonPointer, ScopeError } from '../core/errors.js';
import { type Hashing, sha256Text } from '../core/hashing.js';
import { idPattern, isServiceName, isTenantSlug, SERVICE_NAME, SLUG } from '../core/ids.js';
import { isInstant } from '../core/time.js';
import { isNormalisedScope, type ScopeEntry } from '../resource/scope.js';
import { budget, commitment, count, digest, instant, scope, seconds } from '../terms/members.js';
import type { Budget } from '../terms/terms.js';

/** Where a tenant's log stood: size is in leaves, root padded base64 as in a checkpoint. */
export type LogPoint = { epoch: number; size: number; root: string };

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
  deployment: z.string().regex(idPattern('dep')),
  tenant: z.string().regex(SLUG),
  invitation: z.string().regex(idPattern('inv')),
  service: z.string().regex(SERVICE_NAME),
  scope,
  ticket: z.exactOptional(commitment),
  maxSeconds: seconds,
  budget: z.exactOptional(budget),
  uses: z.exactOptional(count),
  notBefore: instant,
  notAfter: instant,
  person: z.string().regex(idPattern('usr')),
  trust: z.exactOptional(digest),
  log: z.strictObject({ epoch: count, size: z.int().min(0), root: z.string().regex(/^[A-Za-z0-9+/]{43}=$/) }),
});

type Rule = (statement: InvitationStatement) => boolean;

const RULES: readonly (readonly [member: keyof InvitationStatement, rule: Rule, wrong: string])[] = [
  ['tenant', ({ tenant }) => isTenantSlug(tenant), 'this slug belongs to no tenant'],
  ['service', ({ service }) => isServiceName(service), 'this name belongs to no service'],
  ['scope', ({ scope: entries }) => isNormalisedScope(entries), 'not in normal form'],
  ['ticket', ({ ticket }) => ticket === undefined || isCommitment(ticket), 'not a commitment'],
  ['notBefore', ({ notBefore }) => isInstant(notBefore), 'not in the calendar'],
  ['notAfter', ({ notAfter }) => isInstant(notAfter), 'not in the calendar'],
  [
    'notAfter',
    ({ notBefore, notAfter }) => Date.parse(notBefore) < Date.parse(notAfter),
    'is not after `notBefore`',
  ],
];

/**
 * The statement of an invitation from anything, read strictly, as `parseTerms` reads terms. Returns a copy.
 *
 * @throws ScopeError `invalid_statement` with a pointer
 */
export function parseInvitation(value: unknown): InvitationStatement {
  const read = invitationSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new ScopeError(
      'invalid_statement',
      issue?.message ?? 'no invitation',
      jsonPointer(issue?.path ?? []),
    );
  }
  for (const [member, rule, wrong] of RULES)
    if (!rule(read.data)) throw new ScopeError('invalid_statement', wrong, `/${member}`);
  return read.data;
}

/** `sha256:` + hex SHA-256 of the canonical statement: what terms with `basis: invitation` name, spelled as digests are. */
export function invitationHash(hashing: Hashing, statement: InvitationStatement): string {
  return sha256Text(hashing, canonicalJson(statement));
}
