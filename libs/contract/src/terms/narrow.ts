import { canonicalJson } from '../encoding/canonical-json.js';
import { unless } from '../errors.js';
import { scopeNarrows } from '../resource/scope.js';
import type { Budget, Terms } from './terms.js';

/** One way in which terms allow more than others, with a JSON Pointer to the member. */
export type Widening = { pointer: string; detail: string };

type Check = (narrow: Terms, wide: Terms) => string | undefined;

/** For each member, what is wrong with a counter-offer that changes it. Null: anything may be there. */
const NARROWS: Readonly<Record<keyof Terms, Check | null>> = {
  // The digest of the terms that the counter-offer answers.
  parent: null,
  v: isSame('v'),
  deployment: isSame('deployment'),
  request: isSame('request'),
  extends: isSame('extends'),
  basis: isSame('basis'),
  invitation: isSame('invitation'),
  tenant: isSame('tenant'),
  service: isSame('service'),
  routes: isSame('routes'),
  startsOn: isSame('startsOn'),
  change: isSame('change'),
  requester: isSame('requester'),
  requesterFacts: isSame('requesterFacts'),
  justification: isSame('justification'),
  ticket: isSame('ticket'),
  scope: (narrow, wide) => unless(scopeNarrows(narrow.scope, wide.scope), 'allows what was not asked for'),
  seconds: (narrow, wide) => unless(narrow.seconds <= wide.seconds, 'is longer'),
  budget: (narrow, wide) =>
    unless(budgetWithin(narrow.budget, wide.budget), 'allows more than was asked for'),
  unmasked: (narrow, wide) =>
    unless(narrow.unmasked === undefined || wide.unmasked === true, 'shows fields that were to stay hidden'),
  startsAt: windowNarrows,
  useBy: (narrow, wide) => unless(notLater(narrow.useBy, wide.useBy), 'is later'),
  lapsesAt: (narrow, wide) => unless(notLater(narrow.lapsesAt, wide.lapsesAt), 'is later'),
};

/**
 * Every way in which `narrow` does not narrow `wide`: a fixed member differs, or the scope, time, budget or window is
 * larger. Empty if `narrow` allows nothing that `wide` does not. `parent` is not compared. The caller has parsed both with
 * `parseTerms`.
 */
export function termsWidenings(narrow: Terms, wide: Terms): Widening[] {
  return Object.entries(NARROWS).flatMap(([member, check]) => {
    const detail = check?.(narrow, wide);
    return detail === undefined ? [] : [{ pointer: `/${member}`, detail }];
  });
}

/** Whether `narrow` allows nothing that `wide` does not. Reflexive and transitive. */
export const termsNarrow = (narrow: Terms, wide: Terms): boolean => termsWidenings(narrow, wide).length === 0;

function isSame(member: keyof Terms): Check {
  const text = (terms: Terms): string => canonicalJson(terms[member] ?? null);
  return (narrow, wide) => unless(text(narrow) === text(wide), 'must stay as it was asked');
}

/** An absent bound is the widest. */
function notLater(narrow: string | undefined, wide: string | undefined): boolean {
  return wide === undefined || (narrow !== undefined && Date.parse(narrow) <= Date.parse(wide));
}

/**
 * The window must lie inside the requested one: from `startsAt` for `seconds`, or without a start any window that an
 * approval before `lapsesAt` could have opened.
 */
function windowNarrows(narrow: Terms, wide: Terms): string | undefined {
  if (wide.startsAt !== undefined) {
    const begins = narrow.startsAt !== undefined && Date.parse(narrow.startsAt) >= Date.parse(wide.startsAt);
    if (!begins) return 'begins earlier';
  }
  if (narrow.startsAt === undefined) return undefined;
  const end = ({ startsAt, lapsesAt, seconds }: Terms) => Date.parse(startsAt ?? lapsesAt) + seconds * 1_000;
  return unless(end(narrow) <= end(wide), 'would end later than what was asked for could');
}

/** Whether the budget allows no more than the bound. An absent budget or member is unlimited. */
export function budgetWithin(own: Budget | undefined, bound: Budget | undefined): boolean {
  return (['calls', 'bytes'] as const).every((member) => {
    const most = bound?.[member];
    const limit = own?.[member];
    return most === undefined || (limit !== undefined && limit <= most);
  });
}
