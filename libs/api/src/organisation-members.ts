import {
  EMPLOYMENT_KINDS,
  hasHiddenCharacters,
  isAction,
  isCountryCode,
  isEntityName,
  parseDuration,
  TENANT_ROLES,
} from '@countersign/contract';
import { z } from 'zod';

/**
 * Members that the organisation file (libs/config) and the API write alike: what an admin may set through the API, the
 * vendor's file may set too, by the same rules.
 */

const MAX_TEXT = 200;

/** A name that people read. Characters that they would not see could make it look like another name. */
export const nameText = z
  .string()
  .max(MAX_TEXT, `must be at most ${MAX_TEXT} characters`)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, { error: 'must not contain control characters', abort: true })
  .refine((text) => !hasHiddenCharacters(text), {
    error: 'must not contain characters that are invisible or change the direction of text',
    abort: true,
  })
  .regex(/\S/, 'must not be empty');

export const serviceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, beginning with a letter');

export const positiveDuration = z
  .string()
  .refine((value) => parseDuration(value) !== undefined, {
    error: 'must be an ISO 8601 duration of whole seconds above zero, such as PT1H',
  })
  .meta({ format: 'duration' });

/** Accepts `*` everywhere; libs/config checks where it may be used. */
const action = z
  .string()
  .refine((value) => value === '*' || isAction(value), { error: 'must be a word such as read' });

export function refuseRepeats(list: readonly string[], context: z.RefinementCtx<string[]>): void {
  for (const [index, value] of list.entries()) {
    if (list.indexOf(value) < index) {
      context.addIssue({ code: 'custom', path: [index], message: `repeats "${value}"` });
    }
  }
}

export const actionList = z.array(action).superRefine(refuseRepeats);

export const roleList = <Role extends string>(known: readonly Role[]) =>
  z
    .array(z.enum(known, { error: `must be one of ${known.join(', ')}` }))
    .min(1, 'must name at least one role')
    .superRefine(refuseRepeats);

export const wholeNumber = (least: number, most: number) =>
  z.int(`must be a whole number from ${least} to ${most}`).min(least).max(most);

/** A group of people, by the name under which rules mention it. */
export const groupName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, at most 63');

export const groupList = z.array(groupName).superRefine(refuseRepeats);

/** One person of a tenant. */
export const tenantPersonInput = z.strictObject({
  email: z.string(),
  name: nameText,
  roles: roleList(TENANT_ROLES),
  groups: groupList
    .optional()
    .describe('The groups that the privacy controls name. Absent: those that the person has.'),
});

/** ISO 3166-1 alpha-2. */
export const countryCode = z.string().refine(isCountryCode, {
  error: 'must be a country code of ISO 3166-1 in capitals, such as DE; the EU is the list of its countries',
});

export const entityName = z.string().refine(isEntityName, {
  error: 'must be the name of a legal entity: at most 80 characters, none of them invisible',
});

export const employmentKind = z.enum(EMPLOYMENT_KINDS, {
  error: `must be one of ${EMPLOYMENT_KINDS.join(', ')}`,
});

/** For descriptions of everything that a customer's admins change while their tenant is not claimed. */
export const UNTIL_CLAIMED =
  'Until the tenant is claimed, applying the vendor’s organisation file overwrites it.';
