import { scopeNarrows } from '../resource/scope.js';
import { budgetWithin } from '../terms/budget.js';
import type { Widening } from '../terms/narrow.js';
import type { Terms } from '../terms/terms.js';
import type { InvitationStatement } from './invitation.js';

/** What of terms an invitation speaks about. */
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

type Rule = readonly [
  member: keyof InvitedTerms,
  holds: (terms: InvitedTerms, statement: InvitationStatement) => boolean,
  wrong: (statement: InvitationStatement) => string,
];

const RULES: readonly Rule[] = [
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
 * Everything by which terms are not what the invitation opens the door for; empty where they fit. The whole window
 * that an approval could still open lies before its end. Both are taken to be as their parsers answer them.
 */
export function invitationMismatches(terms: InvitedTerms, statement: InvitationStatement): Widening[] {
  return RULES.filter(([, holds]) => !holds(terms, statement)).map(([member, , wrong]) => ({
    pointer: `/${member}`,
    detail: wrong(statement),
  }));
}

/** The latest that access under these terms could begin. */
function lastStart({ startsOn, startsAt, useBy, lapsesAt }: InvitedTerms): number {
  return Date.parse(startsAt ?? (startsOn === 'first-use' ? useBy : undefined) ?? lapsesAt);
}
