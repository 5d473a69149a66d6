import {
  type EmploymentKind,
  FACT_NAMES,
  FACT_SOURCES,
  type FactName,
  type FactSource,
  type RequesterFacts,
} from '@countersign/contract';
import type { OidcSettings, ScimSettings } from './organisation.js';

/** The values from one source, in the spelling of `readFact`. A fact that the source does not state is absent. */
export type FactValues = { [Name in FactName]?: string };

/** The values from one source, and the time at which it last changed them. */
type SourcedFacts = FactValues & { at: string };

/** Place and employer of a person, by source. Each source has its own values, so that none overwrites those of another. */
export type PersonFacts = { [Source in FactSource]?: SourcedFacts };

/** The value of one fact that applies now, with its source and the time of that source's last change. */
interface EffectiveFact {
  name: FactName;
  value: string;
  source: FactSource;
  at: string;
}

/**
 * The facts that apply. A provider takes precedence over the file. If sign-in and SCIM differ, the last change applies.
 */
export function effectiveFacts(facts: PersonFacts | undefined): EffectiveFact[] {
  if (facts === undefined) return [];
  return FACT_NAMES.flatMap((name) => {
    const statements = FACT_SOURCES.flatMap((source) => {
      const { [name]: value, at = '' } = facts[source] ?? {};
      return value === undefined ? [] : [{ name, value, source, at }];
    });
    const provided = statements
      .filter(({ source }) => source !== 'stated')
      .sort((a, b) => compare(b.at, a.at));
    const counts = provided[0] ?? statements[0];
    return counts === undefined ? [] : [counts];
  });
}

const compare = (a: string, b: string): number => Date.parse(a) - Date.parse(b);

/** The facts in the form of `requesterFacts` of the terms. Undefined if none is known. */
export function requesterFactsOf({ facts }: { facts?: PersonFacts }): RequesterFacts | undefined {
  const known = effectiveFacts(facts).map(
    ({ name, value, source }) => [name, { value, verified: source !== 'stated' }] as const,
  );
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/**
 * The facts after a source has sent its values. Unchanged values keep their time, so that a sign-in without news changes nothing.
 */
export function withFacts(
  facts: PersonFacts | undefined,
  source: FactSource,
  values: FactValues,
  at: string,
): PersonFacts | undefined {
  const { [source]: before, ...others } = facts ?? {};
  const isSame = FACT_NAMES.every((name) => before?.[name] === values[name]);
  const hasAny = FACT_NAMES.some((name) => values[name] !== undefined);
  const own = hasAny ? { [source]: isSame && before !== undefined ? before : { ...values, at } } : {};
  const all: PersonFacts = { ...others, ...own };
  return Object.keys(all).length === 0 ? undefined : all;
}

/**
 * Names of the facts in the terms that are no longer true: the person has another value or none, or a verified fact is now only
 * stated. A fact that became known or verified later does not contradict the terms.
 */
export function outdatedFacts(
  pinned: RequesterFacts | undefined,
  now: RequesterFacts | undefined,
): FactName[] {
  return FACT_NAMES.filter((name) => {
    const [then, today] = [pinned?.[name], now?.[name]];
    if (then === undefined) return false;
    return today?.value !== then.value || (then.verified && !today.verified);
  });
}

/**
 * The facts once an organisation file is applied: those that the file states, and those provider facts that it still enables.
 *
 * @param vendor the file's settings of the vendor's provider
 */
export function factsUnder(
  { oidc, scim }: { oidc: OidcSettings | null; scim?: ScimSettings },
  facts: PersonFacts | undefined,
  stated: FactValues,
  at: string,
): PersonFacts | undefined {
  const isProvided: Record<'oidc' | 'scim', (name: FactName) => boolean> = {
    oidc: (name) => oidc?.claims?.[name] !== undefined,
    scim: () => scim?.facts === true,
  };
  const allowedFacts = (['oidc', 'scim'] as const).reduce((all, source) => {
    const said: FactValues = facts?.[source] ?? {};
    const values = Object.fromEntries(
      FACT_NAMES.flatMap((name) =>
        isProvided[source](name) && said[name] !== undefined ? [[name, said[name]]] : [],
      ),
    );
    return withFacts(all, source, values, at);
  }, facts);
  return withFacts(allowedFacts, 'stated', stated, at);
}

/** The customer's requirement on the requester's place and employer. All members that are present must be met. */
export interface RequesterRequirement {
  /** ISO 3166-1 alpha-2. */
  countries?: string[];
  /** Names of legal entities, in any capitals. */
  entities?: string[];
  employment?: EmploymentKind[];
  /** Facts that are only stated do not satisfy the requirement. */
  verifiedOnly?: true;
}

/** A fact that does not meet a requirement. `other`: another value. `unknown`: no source has one. `unverified`: only stated. */
export type UnmetFact = { name: FactName; problem: 'other' | 'unknown' | 'unverified'; accepted: string[] };

const LISTS: readonly (readonly [FactName, 'countries' | 'entities' | 'employment'])[] = [
  ['country', 'countries'],
  ['entity', 'entities'],
  ['employment', 'employment'],
];

const sameText = (name: FactName, one: string, other: string): boolean =>
  name === 'entity'
    ? one.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase()
    : one === other;

/** The facts that do not meet the requirement; empty if all do. */
export function unmetFacts(
  requirement: RequesterRequirement,
  facts: RequesterFacts | undefined,
): UnmetFact[] {
  return LISTS.flatMap(([name, list]): UnmetFact[] => {
    const accepted = requirement[list];
    if (accepted === undefined) return [];
    const fact = facts?.[name];
    if (fact === undefined) return [{ name, problem: 'unknown', accepted }];
    if (!accepted.some((each) => sameText(name, each, fact.value)))
      return [{ name, problem: 'other', accepted }];
    return requirement.verifiedOnly && !fact.verified ? [{ name, problem: 'unverified', accepted }] : [];
  });
}
