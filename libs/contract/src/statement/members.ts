import { z } from 'zod';
import { decodeBase64url } from '../encoding/base64url.js';
import { ContractError, jsonPointer } from '../errors.js';
import { idPattern, isTenantSlug, SLUG } from '../identifiers.js';
import { count } from '../terms/members.js';
import { isInstant } from '../time.js';

export const deployment = z.string().regex(idPattern('dep'));
export const tenant = z.string().regex(SLUG);
export const person = z.string().regex(idPattern('usr'));
/** Where a tenant's log stood: `size` in leaves, `root` in padded base64 as in a checkpoint. */
export const log = z.strictObject({
  epoch: count,
  size: z.int().min(0),
  root: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
});
export type LogPoint = z.infer<typeof log>;

/** The shape of base64url text (RFC 4648 §5, no padding) of so many bytes, in its one canonical spelling. */
export const bytes = (least: number, most: number) =>
  z
    .string()
    .min(Math.ceil((least * 4) / 3))
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/)
    .refine((text) => decodeBase64url(text) !== undefined);

/** One rule between members: the pointer to blame, the condition, and the error message if it is broken. */
export type StatementRule<S> = readonly [pointer: string, holds: (statement: S) => boolean, wrong: string];

/**
 * Parses a statement strictly and returns a copy: first its shape, then the rules between its members.
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
      issue?.message ?? `not a valid ${what}`,
      jsonPointer(issue?.path ?? []),
    );
  }
  for (const [pointer, holds, wrong] of rules)
    if (!holds(read.data)) throw new ContractError('invalid_statement', wrong, pointer);
  return read.data;
}

/** A rule of every statement. */
export const ofTenant: StatementRule<{ tenant: string }> = [
  '/tenant',
  ({ tenant }) => isTenantSlug(tenant),
  'this slug belongs to no tenant',
];

/** The rules of a statement that is valid from one instant to another. */
export const inItsWindow: readonly StatementRule<{ notBefore: string; notAfter: string }>[] = [
  ['/notBefore', ({ notBefore }) => isInstant(notBefore), 'not in the calendar'],
  ['/notAfter', ({ notAfter }) => isInstant(notAfter), 'not in the calendar'],
  [
    '/notAfter',
    ({ notBefore, notAfter }) => Date.parse(notBefore) < Date.parse(notAfter),
    'is not after `notBefore`',
  ],
];
