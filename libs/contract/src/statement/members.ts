import { z } from 'zod';
import { decodeBase64url } from '../core/base64url.js';
import { idPattern, SLUG } from '../core/ids.js';
import { count } from '../terms/members.js';

/** Members that statements share, one shape each. */

/** Where a tenant's log stood: size is in leaves, root padded base64 as in a checkpoint. */
export type LogPoint = { epoch: number; size: number; root: string };

export const deployment = z.string().regex(idPattern('dep'));
export const tenant = z.string().regex(SLUG);
export const person = z.string().regex(idPattern('usr'));
export const log = z.strictObject({
  epoch: count,
  size: z.int().min(0),
  root: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
});

/** base64url without padding (RFC 4648 §5) of so many bytes, in its one spelling. */
export const bytes = (least: number, most: number) =>
  z
    .string()
    .min(Math.ceil((least * 4) / 3))
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/)
    .refine((text) => decodeBase64url(text) !== undefined);
