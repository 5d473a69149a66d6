import { z } from 'zod';
import { COMMITMENT } from '../encoding/commitment.js';
import { ACTION } from '../identifiers.js';
import { MAX_SCOPE_ENTRIES } from '../resource/scope.js';
import { INSTANT } from '../time.js';

/** Shapes of members that terms and statements share. */

/** 366 days. A longer grant would be standing access by another name. */
export const MAX_SECONDS = 31_622_400;

export const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** The shape, for JSON Schema; `isResourcePattern` also checks what the escapes mean. */
const RESOURCE_PATTERN =
  /^(?:\*\*|(?:\*|(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)(?:\/(?:\*|(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+))*(?:\/\*\*)?)$/;

export const digest = z.string().regex(DIGEST);
export const instant = z.string().regex(INSTANT);
export const commitment = z.string().regex(COMMITMENT);
export const count = z.int().min(1);
export const seconds = z.int().min(1).max(MAX_SECONDS);

export const resourcePattern = z.string().max(1_024).regex(RESOURCE_PATTERN);

export const scope = z
  .array(
    z.strictObject({
      resource: resourcePattern,
      actions: z.array(z.string().regex(ACTION)).min(1),
    }),
  )
  .min(1)
  .max(MAX_SCOPE_ENTRIES);

export const budget = z
  .strictObject({ calls: z.exactOptional(count), bytes: z.exactOptional(count) })
  .refine(({ calls, bytes }) => calls !== undefined || bytes !== undefined);
