import { isId, isSlug } from '@countersign/contract';
import { z } from 'zod';
import { ProtocolError, type ProtocolErrorCode } from './errors.js';

type IdKind = Parameters<typeof isId>[0];

/** An id of that kind (`gtw_…`, `rec_…`). */
export const id = (kind: IdKind) => z.string().refine((value) => isId(kind, value), `is no ${kind}_ id`);

export const slug = z.string().refine(isSlug, 'is no slug');
export const sha256Text = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is no sha256: digest');
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'is no lower-case UUID');
export const count = z.int().min(0);
export const positive = z.int().min(1);

/** RFC 3339, UTC with `Z`, milliseconds: when something was said or done. */
export const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'is no RFC 3339 time with milliseconds')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is no date');

/** RFC 3339, UTC with `Z`, whole seconds: the ends of a window. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'is no RFC 3339 time of whole seconds')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is no date');

/** 32 bytes as base64url without padding, in the one spelling that decodes and encodes to itself. */
export const bytes32 = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'is not 32 bytes of base64url')
  .refine((text) => Buffer.from(text, 'base64url').toString('base64url') === text, 'is not canonical');

/** Parses with the schema; the first problem becomes a ProtocolError that names its place and rule, not the value. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, code: ProtocolErrorCode): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ProtocolError(
    code,
    `/${issue?.path.map(String).join('/') ?? ''}: ${issue?.message ?? 'invalid'}`,
  );
}

/** JSON.parse whose failure is a ProtocolError. */
export function parseJson(text: string, code: ProtocolErrorCode): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ProtocolError(code, 'is not JSON', { cause });
  }
}
