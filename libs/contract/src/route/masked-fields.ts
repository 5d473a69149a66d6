import { z } from 'zod';

/** The most fields of one route, and the longest pointer, in UTF-16 code units. */
export const MAX_MASKED_FIELDS = 64;
export const MAX_FIELD_POINTER = 256;

/** Stands for every member of an object and every item of an array. */
export const ANY_MEMBER = '*';

/** RFC 6901 §3: `/` and a name, once or more. `~0` is `~` in a name, and `~1` is `/`. */
const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/u;
/** Control characters; lone surrogates and the character that readers put in their place, so that a name has one reading. */
const UNUSABLE = /[\p{Cc}\p{Cs}\ufffd]/u;

/**
 * A field of a JSON answer: a JSON Pointer (RFC 6901) in which `*` stands for every member or item: `/iban`, `/lines/*\/card`.
 */
export const fieldPointer: z.ZodType<string> = z
  .string()
  .max(MAX_FIELD_POINTER)
  .regex(POINTER, 'a JSON Pointer such as /iban or /lines/*/card')
  .refine((pointer) => !UNUSABLE.test(pointer), 'has a character that no field name can have here');

/** A media type without parameters, in lower case. */
export const mediaType: z.ZodType<string> = z
  .string()
  .max(127)
  .regex(
    /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/,
    'a media type in lower case, such as text/csv',
  );

/** The names in a pointer, unescaped, from the root on. `*` stays. */
export function fieldNames(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** True for the media types that hold one JSON text: `application/json`, and those that end in `+json` (RFC 6839 §3.1). */
export function isJsonType(type: string): boolean {
  return type === 'application/json' || /^[^/]+\/.+\+json$/.test(type);
}
