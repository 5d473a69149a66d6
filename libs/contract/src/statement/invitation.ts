import { z } from 'zod';
import { isCommitment } from '../encoding/commitment.js';
import { idPattern, isServiceName, SERVICE_NAME } from '../identifiers.js';
import { isNormalisedScope, scopeNarrows } from '../resource/scope.js';
import { budget, commitment, count, digest, instant, scope, seconds } from '../terms/members.js';
import { budgetWithin, type Widening } from '../terms/narrow.js';
import { latestEndOfTerms, type Terms } from '../terms/terms.js';
import type { TermsText } from '../terms/texts.js';
import { toInstant } from '../time.js';
import {
  deployment,
  inItsWindow,
  log,
  ofTenant,
  person,
  readStatement,
  type StatementRule,
  tenant,
} from './members.js';
import {
  nextOccurrence,
  type Occurrence,
  occurrenceAt,
  occurrenceSeconds,
  type Recurrence,
  recurrenceRules,
  recurrenceSchema,
} from './recurrence.js';

export const INVITATION_TYPE = 'countersign/invitation/v1';

/** How many engineers an invitation can name. It travels in tokens, so its length is bounded. */
export const MAX_REQUESTERS = 10;

/**
 * An approver's standing invitation (docs/contract.md, Statements): a request that fits it needs no further approval of the
 * customer. Each grant lasts at most `maxSeconds` and lies between the two instants and, with `recurs`, inside one
 * occurrence. Absent members are absent, never null. Published as docs/schemas/invitation-v1.json. `parseInvitation` has the
 * rules between members. Canonical JSON, which is hashed and signed:
 *
 *     {"deployment":"dep_…","invitation":"inv_…","log":{…},"maxSeconds":3600,"notAfter":"…Z","notBefore":"…Z",
 *      "person":"usr_…","scope":[…],"service":"…","tenant":"…","type":"countersign/invitation/v1"}
 */
export const invitationSchema = z.strictObject({
  type: z.literal(INVITATION_TYPE),
  /** `dep_…` */
  deployment,
  tenant,
  /** `inv_…` */
  invitation: z.string().regex(idPattern('inv')),
  service: z.string().regex(SERVICE_NAME),
  /** In normal form. */
  scope,
  /** Commitment `c1:…`. A request that fits copies it. */
  ticket: z.exactOptional(commitment),
  /** The longest that one grant may last. */
  maxSeconds: seconds,
  /** The most that each grant may use. */
  budget: z.exactOptional(budget),
  /** How many grants it may open. Only the broker counts them. */
  uses: z.exactOptional(count),
  /** Only in these weekly times. Each grant lies inside one of them. */
  recurs: z.exactOptional(recurrenceSchema),
  /** Only for these engineers, `usr_…`: each once, in the order of their ids. */
  requesters: z.exactOptional(z.array(person).min(1).max(MAX_REQUESTERS)),
  /** A request may ask that fields that routes mask are shown. Absent: they stay masked, whatever a request asks. */
  unmasked: z.exactOptional(z.literal(true)),
  notBefore: instant,
  notAfter: instant,
  /** `usr_…`, who signs it. */
  person,
  /** The hash of a version of the tenant's trust document. Absent while the tenant is unclaimed. */
  trust: z.exactOptional(digest),
  log,
});
export type InvitationStatement = z.infer<typeof invitationSchema>;

const RULES: readonly StatementRule<InvitationStatement>[] = [
  ofTenant,
  ['/service', ({ service }) => isServiceName(service), 'this name belongs to no service'],
  ['/scope', ({ scope: entries }) => isNormalisedScope(entries), 'not in normal form'],
  ['/ticket', ({ ticket }) => ticket === undefined || isCommitment(ticket), 'not a commitment'],
  ...inItsWindow,
  ...recurrenceRules,
  [
    '/maxSeconds',
    ({ recurs, maxSeconds }) => recurs === undefined || maxSeconds <= occurrenceSeconds(recurs),
    'is longer than each of the weekly times',
  ],
  [
    '/requesters',
    ({ requesters = [] }) =>
      requesters.every((each, index) => index === 0 || each > (requesters[index - 1] ?? '')),
    'has each person once, in order',
  ],
];

/** Parses the statement of an invitation. Throws ContractError `invalid_statement` with a pointer. */
export function parseInvitation(value: unknown): InvitationStatement {
  return readStatement(invitationSchema, RULES, value, 'invitation');
}

/** Members of terms that no invitation limits. Of the texts it limits the ticket alone. */
type Unlimited =
  | 'v'
  | 'deployment'
  | 'request'
  | 'parent'
  | 'extends'
  | 'basis'
  | 'invitation'
  | 'routes'
  | 'change'
  | 'requesterFacts'
  | Exclude<TermsText, 'ticket'>;

/** The members of terms that an invitation limits: each needs a rule in `MATCH_RULES`. */
export type InvitedTerms = Omit<Terms, Unlimited>;

type MatchRule = readonly [
  member: keyof InvitedTerms,
  holds: (terms: InvitedTerms, statement: InvitationStatement) => boolean,
  wrong: (statement: InvitationStatement, terms: InvitedTerms) => string,
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
    'requester',
    ({ requester }, { requesters }) => requesters === undefined || requesters.includes(requester),
    () => 'it is for other engineers',
  ],
  [
    'unmasked',
    (terms, { unmasked }) => terms.unmasked === undefined || unmasked === true,
    () => 'it keeps hidden fields hidden',
  ],
  [
    'startsAt',
    ({ startsAt }, { notBefore }) => startsAt === undefined || Date.parse(startsAt) >= Date.parse(notBefore),
    ({ notBefore }) => `it begins at ${notBefore}`,
  ],
  [
    'lapsesAt',
    (terms, { notAfter }) => latestEndOfTerms(terms) <= Date.parse(notAfter),
    ({ notAfter }) => `the access could last beyond its end at ${notAfter}`,
  ],
  [
    'startsAt',
    (terms, { recurs }) => recurs === undefined || occurrenceAt(recurs, lastStart(terms)) !== null,
    ({ recurs }, terms) => notOpenThen(recurs, lastStart(terms)),
  ],
  [
    'lapsesAt',
    (terms, { recurs }) => {
      const occurrence = recurs === undefined ? null : occurrenceAt(recurs, lastStart(terms));
      return occurrence === null || latestEndOfTerms(terms) <= occurrence.until;
    },
    ({ recurs }, terms) => `the access could last beyond ${endOfWeeklyTime(recurs, lastStart(terms))}`,
  ],
];

/**
 * Every way in which terms do not fit an invitation; empty if they fit. The latest window that these terms could open must
 * end before the invitation does, and lie inside one of its weekly times if it has any. The caller has parsed both.
 */
export function invitationMismatches(terms: InvitedTerms, statement: InvitationStatement): Widening[] {
  return MATCH_RULES.filter(([, holds]) => !holds(terms, statement)).map(([member, , wrong]) => ({
    pointer: `/${member}`,
    detail: wrong(statement, terms),
  }));
}

/**
 * The span inside which a grant of these terms must lie: the whole of the invitation, or the one of its weekly times in which
 * the terms can begin last. Null if that is outside all of them, or if this machine does not know the zone. It follows from
 * signed bytes and terms alone, so a gateway computes it without the broker.
 */
export function invitedSpan(
  terms: Pick<InvitedTerms, 'startsOn' | 'startsAt' | 'useBy' | 'lapsesAt' | 'seconds'>,
  { recurs, notBefore, notAfter }: InvitationStatement,
): Occurrence | null {
  const whole = { from: Date.parse(notBefore), until: Date.parse(notAfter) };
  if (recurs === undefined) return whole;
  const occurrence = occurrenceAt(recurs, lastStart(terms));
  return occurrence === null ? null : inBoth(occurrence, whole);
}

/** The weekly time of an invitation that contains this instant, else its next one; null if it has no more, or none at all. */
export function nextInvited(
  { recurs, notBefore, notAfter }: InvitationStatement,
  instant: number,
): Occurrence | null {
  if (recurs === undefined) return null;
  const whole = { from: Date.parse(notBefore), until: Date.parse(notAfter) };
  const occurrence = nextOccurrence(recurs, Math.max(instant, whole.from));
  return occurrence === null || instant >= whole.until ? null : inBoth(occurrence, whole);
}

/** Null if they have no instant in common. */
function inBoth(one: Occurrence, other: Occurrence): Occurrence | null {
  const [from, until] = [Math.max(one.from, other.from), Math.min(one.until, other.until)];
  return from < until ? { from, until } : null;
}

/** The latest moment at which access under these terms could begin, in milliseconds. */
const lastStart = (terms: Parameters<typeof latestEndOfTerms>[0]): number =>
  latestEndOfTerms(terms) - terms.seconds * 1_000;

function endOfWeeklyTime(recurs: Recurrence | undefined, instant: number): string {
  const occurrence = recurs === undefined ? null : occurrenceAt(recurs, instant);
  return occurrence === null
    ? 'its weekly time'
    : `its weekly time, which ends at ${toInstant(new Date(occurrence.until))}`;
}

function notOpenThen(recurs: Recurrence | undefined, instant: number): string {
  if (recurs === undefined) return '';
  const { days, from, to, zone } = recurs;
  const next = nextOccurrence(recurs, instant);
  const when = `it is open on ${days.join(', ')} from ${from} to ${to} (${zone})`;
  return next === null
    ? `${when}, and this machine does not know that zone`
    : `${when}, next from ${toInstant(new Date(next.from))} until ${toInstant(new Date(next.until))}`;
}
