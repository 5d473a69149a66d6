import { isCommitment } from '../core/commitment.js';
import { ContractError, jsonPointer } from '../core/errors.js';
import { isServiceName, isTenantSlug } from '../core/ids.js';
import { isInstant } from '../core/time.js';
import { isNormalisedScope, MAX_SCOPE_ENTRIES } from '../resource/scope.js';
import { termsSchema } from './schema.js';
import type { Terms } from './terms.js';

type Rule = (terms: Terms) => string | undefined;

/** Rules between members, each named by the member to blame. A rule answers what is wrong, or undefined. */
const RULES: readonly (readonly [member: keyof Terms, rule: Rule])[] = [
  ['tenant', ({ tenant }) => unless(isTenantSlug(tenant), 'this slug belongs to no tenant')],
  ['service', ({ service }) => unless(isServiceName(service), 'this name belongs to no service')],
  ['scope', ({ scope }) => unless(isNormalisedScope(scope), 'not in normal form')],
  [
    'invitation',
    ({ basis, invitation }) =>
      unless(
        (basis === 'invitation') === (invitation !== undefined),
        'goes with `basis: invitation`, and only then',
      ),
  ],
  [
    'startsAt',
    ({ startsAt }) => unless(startsAt === undefined || isInstant(startsAt), 'not in the calendar'),
  ],
  ['useBy', ({ useBy }) => unless(useBy === undefined || isInstant(useBy), 'not in the calendar')],
  ['lapsesAt', ({ lapsesAt }) => unless(isInstant(lapsesAt), 'not in the calendar')],
  [
    'startsOn',
    ({ startsOn, startsAt, useBy }) =>
      unless(
        startsOn === 'approval' || (useBy !== undefined && startsAt === undefined),
        '`first-use` needs `useBy` and excludes `startsAt`',
      ),
  ],
  ['lapsesAt', (terms) => unless(lapsesInTime(terms), 'is after `useBy`, or after `startsAt` + `seconds`')],
  ['justification', ({ justification }) => unless(isCommitment(justification), 'not a commitment')],
  ['ticket', ({ ticket }) => unless(ticket === undefined || isCommitment(ticket), 'not a commitment')],
];

/**
 * Terms v1 from anything, read strictly: every member of its type and spelling, none unknown, none undefined, the
 * scope in normal form, the times agreeing. Returns a copy.
 *
 * Throws ContractError with a pointer: `unsupported_version` for a `v` other than 1, `terms_too_large` for more than
 * 20 scope entries, `invalid_terms` for all else.
 */
export function parseTerms(value: unknown): Terms {
  const head = value as { v?: unknown; scope?: unknown } | null | undefined;
  if (typeof head === 'object' && head !== null && head.v !== 1 && head.v !== undefined) {
    throw new ContractError(
      'unsupported_version',
      'these terms are of a version that is not known here',
      '/v',
    );
  }
  if (Array.isArray(head?.scope) && head.scope.length > MAX_SCOPE_ENTRIES) {
    throw new ContractError('terms_too_large', `a scope has at most ${MAX_SCOPE_ENTRIES} entries`, '/scope');
  }
  const read = termsSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new ContractError('invalid_terms', issue?.message ?? 'not terms', jsonPointer(issue?.path ?? []));
  }
  for (const [member, rule] of RULES) {
    const wrong = rule(read.data);
    if (wrong !== undefined) throw new ContractError('invalid_terms', wrong, `/${member}`);
  }
  return read.data;
}

function unless(holds: boolean, wrong: string): string | undefined {
  return holds ? undefined : wrong;
}

function lapsesInTime({ lapsesAt, useBy, startsAt, seconds }: Terms): boolean {
  if (useBy === undefined && startsAt === undefined) return true;
  const lapse = Date.parse(lapsesAt);
  if (useBy !== undefined && lapse > Date.parse(useBy)) return false;
  return startsAt === undefined || lapse <= Date.parse(startsAt) + seconds * 1_000;
}
