import { isId, isSlug } from '@countersign/contract';
import { z } from 'zod';
import { ProtocolError, type ProtocolErrorCode } from './errors.js';

type IdKind = Parameters<typeof isId>[0];

/** An id of that kind (`gtw_…`, `rec_…`). */
export const id = (kind: IdKind) => z.string().refine((value) => isId(kind, value), `is not a ${kind}_ id`);

export const slug = z.string().refine(isSlug, 'is not a slug');
export const digestText = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a sha256: digest');
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'is not a lower-case UUID');
export const count = z.int().min(0);
export const positive = z.int().min(1);

/** RFC 3339, UTC with `Z`, milliseconds: when something happened. */
export const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'is not an RFC 3339 time with milliseconds')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is not a date');

/** RFC 3339, UTC with `Z`, whole seconds: the ends of a window. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'is not an RFC 3339 time of whole seconds')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is not a date');

/** 32 bytes in base64url without padding, in their one canonical spelling. */
export const bytes32 = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'is not 32 bytes of base64url')
  .refine((text) => Buffer.from(text, 'base64url').toString('base64url') === text, 'is not canonical');

/** Parses with a schema. The first problem becomes a ProtocolError that names its place and rule, never the value. */
export function parseShape<T>(schema: z.ZodType<T>, value: unknown, code: ProtocolErrorCode): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ProtocolError(
    code,
    `/${issue?.path.map(String).join('/') ?? ''}: ${issue?.message ?? 'invalid'}`,
  );
}

/** `JSON.parse` that throws a ProtocolError. */
export function parseJson(text: string, code: ProtocolErrorCode): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ProtocolError(code, 'is not JSON', { cause });
  }
}
