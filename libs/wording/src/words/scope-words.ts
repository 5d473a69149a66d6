import type { ScopeEntry } from '@countersign/contract';
import { ANY_ACTION } from '@countersign/contract';
import { wordFor } from './word-for.js';

/** The languages that there are words for. */
type Language = 'en' | 'de';

interface Words {
  verbs: Readonly<Record<string, string>>;
  /** `read every item of invoices`; German puts the verb last. */
  phrase(verb: string, object: string): string;
  everything: string;
  each(path: string): string;
  below(path: string): string;
  and: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    verbs: {},
    phrase: (verb, object) => `${verb} ${object}`,
    everything: 'everything',
    each: (path) => `every item of ${path}`,
    below: (path) => `${path} and everything in it`,
    and: 'and',
  },
  de: {
    verbs: {
      list: 'auflisten',
      read: 'lesen',
      update: 'ändern',
      create: 'anlegen',
      delete: 'löschen',
      export: 'exportieren',
    },
    phrase: (verb, object) => `${object} ${verb}`,
    everything: 'alles',
    each: (path) => `jeden Eintrag von ${path}`,
    below: (path) => `${path} und alles darin`,
    and: 'und',
  },
};

/** `invoices/*` → `every item of invoices`. */
export function resourceWords(resource: string, language: Language): string {
  const words = WORDS[language];
  if (resource === '**') return words.everything;
  if (resource.endsWith('/**')) return words.below(resource.slice(0, -3));
  if (resource.endsWith('/*') && !resource.slice(0, -2).includes('*'))
    return words.each(resource.slice(0, -2));
  return resource;
}

/** The actions of one entry on its resource: `read and update every item of invoices`. */
export function entryWords({ resource, actions }: ScopeEntry, language: Language): string {
  const { verbs, phrase } = WORDS[language];
  const verb = joined(
    actions.map((action) => wordFor(verbs, action) ?? action),
    language,
  );
  return phrase(verb, resourceWords(resource, language));
}

/** What a forbidding rule closes: `payroll and everything in it`, or certain actions of it. */
export const ruleWords = (rule: ScopeEntry, language: Language): string =>
  rule.actions.includes(ANY_ACTION) ? resourceWords(rule.resource, language) : entryWords(rule, language);

/**
 * A whole scope as one short phrase, for headings and buttons: what is asked of a folder and of each thing in it
 * is said together (`list and read invoices`). The exact words stand where entries are listed one by one.
 */
export function scopeWords(scope: readonly ScopeEntry[], language: Language): string {
  const byFolder = new Map<string, string[]>();
  for (const { resource, actions } of scope) {
    const folder = resource.endsWith('/*') ? resource.slice(0, -2) : resource;
    byFolder.set(folder, [...new Set([...(byFolder.get(folder) ?? []), ...actions])]);
  }
  return [...byFolder].map(([resource, actions]) => entryWords({ resource, actions }, language)).join(', ');
}

/** `a, b and c`. */
export function joined(parts: readonly string[], language: Language): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${WORDS[language].and} ${parts[parts.length - 1]}`;
}
