import { canonicalJson } from '../core/canonical-json.js';
import { scopeNarrows } from '../resource/scope.js';
import { budgetWithin } from './budget.js';
import type { Terms } from './terms.js';

/** One way in which terms allow more than others, named by the member to blame (a JSON Pointer). */
export type Widening = { pointer: string; detail: string };

/** Members in which a counter-offer may not differ at all. `parent` is the digest of what it answers. */
const FIXED = [
  'v',
  'deployment',
  'request',
  'extends',
  'basis',
  'invitation',
  'tenant',
  'service',
  'routes',
  'startsOn',
  'change',
  'requester',
  'justification',
  'ticket',
] as const satisfies readonly (keyof Terms)[];

type Check = (narrow: Terms, wide: Terms) => string | undefined;

const CHECKS: readonly (readonly [member: keyof Terms, check: Check])[] = [
  ...FIXED.map((member) => [member, isSame(member)] as const),
  [
    'scope',
    (narrow, wide) => unless(scopeNarrows(narrow.scope, wide.scope), 'allows what was not asked for'),
  ],
  ['seconds', (narrow, wide) => unless(narrow.seconds <= wide.seconds, 'is longer')],
  [
    'budget',
    (narrow, wide) => unless(budgetWithin(narrow.budget, wide.budget), 'allows more than was asked for'),
  ],
  ['startsAt', windowNarrows],
  ['useBy', (narrow, wide) => unless(notLater(narrow.useBy, wide.useBy), 'is later')],
  ['lapsesAt', (narrow, wide) => unless(notLater(narrow.lapsesAt, wide.lapsesAt), 'is later')],
];

/**
 * Everything by which `narrow` is not a narrowing of `wide`: what it must share with it, and what may only shrink
 * (scope, time, budget, window). Empty for terms that allow nothing that `wide` does not; `parent` is not looked at.
 * Both are taken to be terms as `parseTerms` answers them.
 */
export function termsWidenings(narrow: Terms, wide: Terms): Widening[] {
  return CHECKS.flatMap(([member, check]) => {
    const detail = check(narrow, wide);
    return detail === undefined ? [] : [{ pointer: `/${member}`, detail }];
  });
}

/** True when `narrow` allows nothing that `wide` does not: reflexive and transitive. */
export const termsNarrow = (narrow: Terms, wide: Terms): boolean => termsWidenings(narrow, wide).length === 0;

function isSame(member: keyof Terms): Check {
  const text = (terms: Terms): string => canonicalJson(terms[member] ?? null);
  return (narrow, wide) => unless(text(narrow) === text(wide), 'must stay as it was asked');
}

function unless(holds: boolean, wrong: string): string | undefined {
  return holds ? undefined : wrong;
}

/** No bound is the widest of all. */
function notLater(narrow: string | undefined, wide: string | undefined): boolean {
  return wide === undefined || (narrow !== undefined && Date.parse(narrow) <= Date.parse(wide));
}

/**
 * The window stays inside the one that was asked for: from `startsAt` for `seconds`; without a start, any window
 * that an approval before `lapsesAt` would have opened.
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
