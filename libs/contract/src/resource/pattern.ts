import { ContractError } from '../core/errors.js';

const SEGMENT = /^[A-Za-z0-9._~-]+$/;
/** Segments that are not `.` or `..`, with `/` between them. */
const CONCRETE = /^(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+)*$/;

/** Longer resources are refused, as patterns and as values of a path. */
export const MAX_RESOURCE_LENGTH = 1_024;

/** A resource taken apart: its segments (`*` matches any one), and whether a final `**` was there. */
export type ResourceParts = { segments: string[]; open: boolean };

/** True for one segment of a resource or one path value: `[A-Za-z0-9._~-]+`, and neither `.` nor `..`. */
export function isSegment(value: string): boolean {
  return SEGMENT.test(value) && value !== '.' && value !== '..';
}

function parse(pattern: string): ResourceParts | undefined {
  if (pattern.length > MAX_RESOURCE_LENGTH) return undefined;
  const segments = pattern.split('/');
  const open = segments.at(-1) === '**';
  if (open) segments.pop();
  return segments.every((segment) => segment === '*' || isSegment(segment)) ? { segments, open } : undefined;
}

/** True for a resource or pattern: segments, `*` for one segment, a final `**` for zero or more. */
export function isResourcePattern(value: string): boolean {
  return parse(value) !== undefined;
}

/** True for one concrete resource, without wildcards. */
export function isResource(value: string): boolean {
  return value.length <= MAX_RESOURCE_LENGTH && CONCRETE.test(value);
}

/**
 * Throws `invalid_resource` for what is no pattern. Not answering `false` is deliberate: for a scope that would
 * refuse, but for a rule that forbids it would let through.
 */
export function resourceParts(pattern: string): ResourceParts {
  const parts = parse(pattern);
  if (parts === undefined) {
    throw new ContractError(
      'invalid_resource',
      'a resource is segments of A-Z a-z 0-9 . _ ~ -, `*`, or a final `**`',
    );
  }
  return parts;
}
