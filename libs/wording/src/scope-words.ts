import { ANY_ACTION, type Language, type ScopeEntry, segmentOf } from '@countersign/contract';

interface Words {
  verbs: Readonly<Record<string, string>>;
  /** `read any invoice`. German puts the verb last. */
  phrase(verb: string, object: string): string;
  everything: string;
  each(path: string): string;
  below(path: string): string;
  /** A database in which statements run, by its name; undefined for any. */
  database(name: string | undefined): string;
  and: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    verbs: {},
    phrase: (verb, object) => `${verb} ${object}`,
    everything: 'everything',
    each: (path) => `any ${singular(path) ?? `item of ${path}`}`,
    below: (path) => `${path} and everything in it`,
    database: (name) => `${name === undefined ? 'any database' : `the database ${name}`} by SQL`,
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
    database: (name) => `${name === undefined ? 'jede Datenbank' : `die Datenbank ${name}`} mit SQL`,
    and: 'und',
  },
};

/** `invoices/*` → `any invoice`. */
export function resourceWords(resource: string, language: Language): string {
  const words = WORDS[language];
  if (resource === '**') return words.everything;
  const text = readable(resource);
  const database = DATABASE.exec(text)?.[1];
  if (database !== undefined) return words.database(database === '*' ? undefined : database);
  if (text.endsWith('/**')) return words.below(text.slice(0, -3));
  if (text.endsWith('/*') && !text.slice(0, -2).includes('*')) return words.each(text.slice(0, -2));
  return text;
}

/** The resource of a database (`sqlRoute`), or of any. */
const DATABASE = /^sql\/([^/*]+|\*)$/;

/** What may be shown as it is: letters and digits of any script, and signs that mean nothing in a phrase. */
const SHOWN = /^[\p{L}\p{M}\p{N}@:=+!$&]$/u;
const ESCAPES = /(?:%[0-9A-F]{2})+/g;

/**
 * `ann%40x.example` → `ann@x.example`. Spaces, commas, `*` and characters that no one sees stay escaped: a phrase in which
 * they stood could be read in another way.
 */
const readable = (resource: string): string =>
  resource.replace(ESCAPES, (escapes) =>
    [...decodeURIComponent(escapes)]
      .map((char) => (SHOWN.test(char) ? char : (segmentOf(char) ?? escapes)))
      .join(''),
  );

/** `invoices` → `invoice`. Undefined if the path is not one regular plural. */
function singular(path: string): string | undefined {
  if (!/^[a-z-]*[a-z]{2}s$/.test(path)) return undefined;
  if (/(?:news|series|species|[aious]s|(?:s|x|z|ch|sh)es)$/.test(path)) return undefined;
  return path.endsWith('ies') ? `${path.slice(0, -3)}y` : path.slice(0, -1);
}

/** The actions of one entry on its resource: `read and update any invoice`. */
export function entryWords({ resource, actions }: ScopeEntry, language: Language): string {
  const { verbs, phrase } = WORDS[language];
  const verb = joinWithAnd(
    actions.map((action) => wordFor(verbs, action) ?? action),
    language,
  );
  return phrase(verb, resourceWords(resource, language));
}

/** What a `forbid` rule closes: `payroll and everything in it`, or certain actions on it. */
export const ruleWords = (rule: ScopeEntry, language: Language): string =>
  rule.actions.includes(ANY_ACTION) ? resourceWords(rule.resource, language) : entryWords(rule, language);

/**
 * A whole scope as one short phrase, for headings and buttons. It does not tell a folder from the items in it
 * (`list and read invoices`). Pages list the exact entries beside it with `entryWords`.
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
export function joinWithAnd(parts: readonly string[], language: Language): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${WORDS[language].and} ${parts[parts.length - 1]}`;
}

/**
 * The word for a name that comes from outside, such as an action of an organisation file. Only own entries count, so that
 * `constructor` and `__proto__` have no word.
 */
export const wordFor = <T>(words: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined;
