import type { z } from 'zod';

/** A place in the file: member names and list positions from the root. */
export type Path = readonly (string | number)[];

/** One problem of the file. `pointer` is RFC 6901. `line` counts from 1 and is absent if it is not known. */
export type OrganisationProblem = { pointer: string; detail: string; line?: number };

/** A problem before its line is known. */
export type Finding = { path: Path; detail: string };

export const pointerOf = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a set of named members',
  boolean: 'true or false',
};

/** Converts a zod issue. An issue about several unknown members becomes one problem for each. */
export function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], detail: 'is not a member that is known here' }));
  }
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const missing = issue.input === undefined;
    return [{ path, detail: missing ? 'is required' : `must be ${KINDS[issue.expected] ?? issue.expected}` }];
  }
  if (issue.code === 'too_small') return [{ path, detail: smallest(issue) }];
  if (issue.code === 'too_big' && issue.message.startsWith('Too big')) {
    return [{ path, detail: `must be at most ${issue.maximum}` }];
  }
  return [{ path, detail: issue.message }];
}

const smallest = (issue: z.core.$ZodIssueTooSmall): string =>
  issue.message.startsWith('Too small') ? `must be at least ${issue.minimum}` : issue.message;
