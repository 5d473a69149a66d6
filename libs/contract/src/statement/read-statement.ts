import type { z } from 'zod';
import { ContractError, jsonPointer } from '../core/errors.js';
import { isTenantSlug } from '../core/ids.js';
import { isInstant } from '../core/time.js';

/** One rule between members: the pointer to blame, what has to hold, and what is said where it does not. */
export type StatementRule<S> = readonly [pointer: string, holds: (statement: S) => boolean, wrong: string];

/**
 * A statement from anything, read strictly: first its shape, then the rules between its members. Returns a copy.
 * Throws ContractError `invalid_statement` with a pointer.
 */
export function readStatement<S>(
  schema: z.ZodType<S>,
  rules: readonly StatementRule<S>[],
  value: unknown,
  what: string,
): S {
  const read = schema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new ContractError(
      'invalid_statement',
      issue?.message ?? `no ${what}`,
      jsonPointer(issue?.path ?? []),
    );
  }
  for (const [pointer, holds, wrong] of rules)
    if (!holds(read.data)) throw new ContractError('invalid_statement', wrong, pointer);
  return read.data;
}

/** Of every statement: it is about a tenant. */
export const ofTenant: StatementRule<{ tenant: string }> = [
  '/tenant',
  ({ tenant }) => isTenantSlug(tenant),
  'this slug belongs to no tenant',
];

/** Of a statement that holds from one instant to another: `notBefore` comes first, and both are in the calendar. */
export const inItsWindow: readonly StatementRule<{ notBefore: string; notAfter: string }>[] = [
  ['/notBefore', ({ notBefore }) => isInstant(notBefore), 'not in the calendar'],
  ['/notAfter', ({ notAfter }) => isInstant(notAfter), 'not in the calendar'],
  [
    '/notAfter',
    ({ notBefore, notAfter }) => Date.parse(notBefore) < Date.parse(notAfter),
    'is not after `notBefore`',
  ],
];
