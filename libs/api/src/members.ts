import {
  GRANT_ACCESS,
  type IdPrefix,
  isDigest,
  isId,
  isInstant,
  isServiceName,
  isSlug,
  isWellFormed,
  parseDuration,
  SIDES,
} from '@countersign/contract';
import { ACCESS_REASON_CODES } from '@countersign/wording';
import { z } from 'zod';
import { named } from './components.js';

/** Members that several requests and answers share. */

const MAX_TEXT = 4_000;
const MAX_LIMIT = 200;

// Members of answers. The broker builds these values itself, so their pattern is documentation only.

export const instant = () => z.string().meta({ format: 'date-time' });
export const idText = (prefix: string, description: string) =>
  z.string().meta({ pattern: `^${prefix}_[0-9a-f-]{36}$`, description });
export const digestText = () => z.string().meta({ pattern: '^sha256:[0-9a-f]{64}$' });
export const scopeAnswer = () => z.array(z.object({ resource: z.string(), actions: z.array(z.string()) }));
export const budgetAnswer = () =>
  z.object({ calls: z.int().exactOptional(), bytes: z.int().exactOptional() }).nullable();
/** The text behind a commitment, with its salt: it lets the reader check the commitment. */
export const openingAnswer = () => z.object({ value: z.string(), salt: z.string() });

/** Who erased a value of the log (GDPR Art. 17), and when. */
export const erasedAnswer = () =>
  z.object({
    at: z.string().meta({ format: 'date-time' }),
    by: z.string().describe('The tenant’s admin who did it.'),
    event: z.int().describe('Index of the leaf `opening.erased` in the tenant’s log.'),
  });

/** Where a page of the broker goes next. */
export const nextAddressSchema = named(
  'NextAddress',
  'Where a page of the broker goes next.',
  z.object({ location: z.string().describe('The address to open next.') }),
);
export type NextAddress = z.infer<typeof nextAddressSchema>;

// Members of requests.

/** Free text without lone surrogates and NUL, so that a commitment to it is well defined. */
export const freeText = z
  .string()
  .max(MAX_TEXT, `At most ${MAX_TEXT} characters`)
  .refine((text) => isWellFormed(text) && !text.includes('\0'), 'Well-formed Unicode without NUL');

/** A reason that must say something. */
export const requiredReason = freeText.refine((text) => text.trim() !== '', 'Say why; it stands in the log');

export const durationText = z
  .string()
  .max(64)
  .refine((text) => parseDuration(text) !== undefined, 'An ISO 8601 duration such as PT1H');

/** An instant of whole seconds, as terms and statements have it. */
export const instantText = z
  .string()
  .refine(isInstant, 'An instant of whole seconds in UTC such as 2026-11-24T15:00:00Z')
  .meta({ format: 'date-time' });

export const digestInput = z.string().refine(isDigest, 'sha256: and 64 hexadecimal digits');

export const scopeInput = z
  .array(
    z.strictObject({
      resource: z.string().min(1).max(1_024).describe('A path. `*` is one segment, a final `**` is any.'),
      actions: z.array(z.string().min(1).max(64)).min(1),
    }),
  )
  .min(1)
  .describe('At most 20 entries; more are refused as `terms_too_large`.');

export const ticketText = freeText.min(1).max(256, 'At most 256 characters');

export const budgetInput = z
  .strictObject({ calls: z.int().min(1).exactOptional(), bytes: z.int().min(1).exactOptional() })
  .refine(({ calls, bytes }) => calls !== undefined || bytes !== undefined, 'Calls, bytes, or both');

// Query parameters of lists.

/** Parameters of every list. */
export const pageQuery = {
  cursor: z
    .string()
    .max(200)
    .meta({ examples: ['MjAyNi0xMS0yNFQxNTowMDowMFo'] })
    .exactOptional()
    .describe('`next` of the page before.'),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, 'A whole number from 1 to 200')
    .refine((text) => Number(text) <= MAX_LIMIT, 'A whole number from 1 to 200')
    .meta({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, examples: [50] })
    .exactOptional()
    .describe('1 to 200; 50 if absent.'),
};

const id = (prefix: IdPrefix) => z.string().refine((text) => isId(prefix, text), `A ${prefix}_ id`);
/** Records have fractions of a second, so filters accept them too. */
const FRACTION = /\.\d{1,9}(?=Z$)/;
const filterInstant = z
  .string()
  .refine(
    (text) => isInstant(text.replace(FRACTION, '')),
    'An RFC 3339 instant in UTC, like 2026-11-24T15:00:00Z',
  )
  .meta({ format: 'date-time' });

/** Filters of lists; each list uses those that apply to it. */
export const filters = {
  tenant: z
    .string()
    .refine(isSlug, 'A tenant’s slug')
    .exactOptional()
    .describe('Of this tenant, by its slug.'),
  service: z.string().refine(isServiceName, 'A service’s name').exactOptional().describe('Of this service.'),
  grant: id('grt').exactOptional().describe('Of this grant.'),
  request: id('req').exactOptional().describe('Of this request.'),
  person: id('usr').exactOptional().describe('Of this person.'),
  from: filterInstant.exactOptional().describe('From this instant on.'),
  to: filterInstant
    .meta({ examples: ['2026-12-01T00:00:00Z'] })
    .exactOptional()
    .describe('Before this instant.'),
};

/** A log at one size. */
export const logPoint = () =>
  z.object({
    epoch: z.int().describe('1, and one more after each restore from a backup.'),
    size: z.int().describe('Number of leaves.'),
    root: z.string().describe('RFC 6962 root, in padded base64 as in a checkpoint.'),
  });

/** The log that keeps access under a gag apart from the tenant's own. Absent for every other access. */
export const sealedLog = z
  .string()
  .describe(
    'The sealed log that holds this access under a gag. Absent if it stands in the tenant’s own log.',
  );

/** Whether calls pass under a grant, and why they do not. */
export const accessMembers = () => ({
  access: z
    .enum(GRANT_ACCESS)
    .describe(
      'Whether calls pass now. `state` says only whether the grant has begun or ended; stops and locks count here alone.',
    ),
  accessReason: z
    .object({
      code: z.enum(ACCESS_REASON_CODES),
      by: idText('usr', 'Whose act it was; null if time, a rule or the host did it.').nullable(),
      at: instant(),
      side: z.enum(SIDES).nullable().describe('Whose stop, lock or rule it is; null once access has ended.'),
      rule: z.string().nullable().describe('The rule of supervision that paused it.'),
      why: z
        .string()
        .nullable()
        .describe(
          'The reason that the author of the lock gave, or, for one grant that is read by its id, the person who stopped it; null if there is none, or if the caller may not know it.',
        ),
      text: z.string().describe('All of it in one sentence, in English.'),
    })
    .nullable()
    .describe('Why calls do not pass. Null while they do, and before the grant begins.'),
});
