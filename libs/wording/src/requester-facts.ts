import {
  FACT_NAMES,
  type FactName,
  type Language,
  type RequesterFact,
  type RequesterFacts,
} from '@countersign/contract';
import { LOCALES } from './languages.js';

/** A country's name with its code, such as “Germany (DE)”. A code without a known name is shown alone. */
export function countryText(code: string, language: Language): string {
  const name = new Intl.DisplayNames(LOCALES[language], { type: 'region', fallback: 'none' }).of(code);
  return name === undefined ? code : `${name} (${code})`;
}

const EMPLOYMENT: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    employee: 'employee',
    contractor: 'contractor',
    agency: 'agency worker',
    intern: 'intern',
    other: 'another kind of employment',
  },
  de: {
    employee: 'fest angestellt',
    contractor: 'freie Mitarbeit',
    agency: 'Zeitarbeit',
    intern: 'Praktikum',
    other: 'andere Art der Beschäftigung',
  },
};

const SAID: Readonly<Record<Language, Readonly<Record<FactName, (value: string) => string>>>> = {
  en: {
    country: (value) => `works in ${countryText(value, 'en')}`,
    entity: (value) => `works for ${value}`,
    employment: (value) => EMPLOYMENT.en[value] ?? value,
  },
  de: {
    country: (value) => `arbeitet in: ${countryText(value, 'de')}`,
    entity: (value) => `arbeitet für: ${value}`,
    employment: (value) => EMPLOYMENT.de[value] ?? value,
  },
};

const VERIFIED: Readonly<Record<Language, readonly [stated: string, verified: string]>> = {
  en: ['stated by the vendor, not verified', 'verified by the vendor’s identity provider'],
  de: ['Angabe des Anbieters, nicht geprüft', 'bestätigt vom Identitätsanbieter des Anbieters'],
};

/** One fact in words: “works in Germany (DE)”, without who says it. */
export const factText = (name: FactName, value: string, language: Language): string =>
  SAID[language][name](value);

/** Who says a fact: the vendor's identity provider, or the vendor alone. */
export const factSourceText = ({ verified }: Pick<RequesterFact, 'verified'>, language: Language): string =>
  VERIFIED[language][verified ? 1 : 0];

/**
 * What terms say about the requester's place and employer, one line for each fact: “works in Germany (DE) – verified by the
 * vendor’s identity provider”. Empty if they say nothing.
 */
export const requesterFactLines = (facts: RequesterFacts | undefined, language: Language): string[] =>
  FACT_NAMES.flatMap((name) => {
    const fact = facts?.[name];
    return fact === undefined
      ? []
      : [`${factText(name, fact.value, language)} – ${factSourceText(fact, language)}`];
  });
