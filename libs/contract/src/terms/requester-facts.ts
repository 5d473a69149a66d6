import { z } from 'zod';
import { hasHiddenCharacters } from '../encoding/hidden-characters.js';

/** How a person is employed. A closed list: rules and people mean the same by each word. */
export const EMPLOYMENT_KINDS = ['employee', 'contractor', 'agency', 'intern', 'other'] as const;
export type EmploymentKind = (typeof EMPLOYMENT_KINDS)[number];

/**
 * Facts about a person of the vendor, each by its name: `country` where they work (ISO 3166-1 alpha-2), `entity` that employs
 * them, `employment` kind.
 */
export const FACT_NAMES = ['country', 'entity', 'employment'] as const;
export type FactName = (typeof FACT_NAMES)[number];

/** One fact. `verified`: the vendor's identity provider has said so. Otherwise the vendor's organisation file states it. */
export type RequesterFact = { value: string; verified: boolean };

/** The facts about a requester that are known. An unknown fact is absent. */
export type RequesterFacts = { [Name in FactName]?: RequesterFact };

const MAX_ENTITY = 80;
const COUNTRY = /^[A-Z]{2}$/;

/**
 * The officially assigned codes of ISO 3166-1 alpha-2, as of 2026. For what people and providers write: terms and records may
 * name a code that is assigned later.
 */
const COUNTRY_CODES = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
    'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
    'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT ' +
    'MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' +
    'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
    'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

/** True for an assigned country code in capitals. */
export const isCountryCode = (text: string): boolean => COUNTRY_CODES.has(text);

/** True for the name of a legal entity: at most 80 characters, none of them invisible, without space at either end. */
export const isEntityName = (text: string): boolean =>
  text.length > 0 && text.length <= MAX_ENTITY && text.trim() === text && !hasHiddenCharacters(text);

const isEmploymentKind = (text: string): text is EmploymentKind =>
  (EMPLOYMENT_KINDS as readonly string[]).includes(text);

const READERS: Readonly<Record<FactName, (text: string) => string | undefined>> = {
  country: (text) => accepted(text.toUpperCase(), isCountryCode),
  entity: (text) => accepted(text, isEntityName),
  employment: (text) => accepted(text.toLowerCase(), isEmploymentKind),
};
const accepted = (text: string, isValid: (text: string) => boolean) => (isValid(text) ? text : undefined);

/**
 * A fact as an identity provider writes it, in the one spelling that rules compare: a country code in capitals, a kind of
 * employment in lower case. Undefined if it is not text, or no value of this fact: then the fact is unknown.
 */
export const readFact = (name: FactName, value: unknown): string | undefined =>
  typeof value === 'string' ? READERS[name](value.trim().normalize('NFC')) : undefined;

const factOf = (value: z.ZodString) => z.exactOptional(z.strictObject({ value, verified: z.boolean() }));

/** The shape of the facts in terms. An object without any fact is refused: then the member is absent. */
export const requesterFactsSchema: z.ZodType<RequesterFacts> = z
  .strictObject({
    country: factOf(z.string().regex(COUNTRY)),
    entity: factOf(z.string().min(1).max(MAX_ENTITY)),
    employment: z.exactOptional(z.strictObject({ value: z.enum(EMPLOYMENT_KINDS), verified: z.boolean() })),
  })
  .refine((facts) => Object.keys(facts).length > 0, 'names no fact')
  .refine(({ entity }) => entity === undefined || isEntityName(entity.value), {
    error: 'has invisible characters, or space at an end',
    path: ['entity'],
  });

const HOLDS: Readonly<Record<FactName, (text: string) => boolean>> = {
  country: (text) => COUNTRY.test(text),
  entity: isEntityName,
  employment: isEmploymentKind,
};

/**
 * Whether the value has the shape of `requesterFactsSchema`. For the signing page: it has no schema library, so that people can read
 * all of its code.
 */
export function isRequesterFacts(value: unknown): value is RequesterFacts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const facts = Object.entries(value);
  return (
    facts.length > 0 &&
    facts.every(([name, fact]) => Object.hasOwn(HOLDS, name) && isFact(HOLDS[name as FactName], fact))
  );
}

function isFact(holds: (text: string) => boolean, fact: unknown): boolean {
  if (typeof fact !== 'object' || fact === null) return false;
  const { value, verified, ...more } = fact as Record<string, unknown>;
  return (
    Object.keys(more).length === 0 &&
    typeof value === 'string' &&
    holds(value) &&
    typeof verified === 'boolean'
  );
}
