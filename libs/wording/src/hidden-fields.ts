import {
  ANY_MEMBER,
  fieldNames,
  type Language,
  type ScopeEntry,
  showHiddenCharacters,
} from '@countersign/contract';
import { joinWithAnd, scopeWords } from './scope-words.js';

/** A sentence names so many fields. */
const MAX_NAMED = 10;

const TEXTS = {
  en: {
    hidden: (names: string, isOne: boolean) =>
      isOne ? `The field ${names} is hidden.` : `The fields ${names} are hidden.`,
    shown: (names: string, isOne: boolean) =>
      isOne ? `The field ${names} is shown in full.` : `The fields ${names} are shown in full.`,
    unnamed: 'Fields that the service usually hides are shown in full.',
    more: (count: number) => `${count} more`,
    inFull: 'with hidden fields in full',
  },
  de: {
    hidden: (names: string, isOne: boolean) =>
      isOne ? `Das Feld ${names} ist verborgen.` : `Die Felder ${names} sind verborgen.`,
    shown: (names: string, isOne: boolean) =>
      isOne
        ? `Das Feld ${names} wird im Klartext gezeigt.`
        : `Die Felder ${names} werden im Klartext gezeigt.`,
    unnamed: 'Felder, die der Dienst sonst verbirgt, werden im Klartext gezeigt.',
    more: (count: number) => `${count} weitere`,
    inFull: 'mit verborgenen Feldern im Klartext',
  },
} as const satisfies Record<Language, unknown>;

/**
 * What access shows of the fields that a service hides, in one sentence: "The fields card and iban are hidden." Null if there is
 * nothing to say.
 *
 * @param fields pointers of the fields in the scope (`hiddenFields`); empty if they are not known here
 */
export function hiddenFieldsText(
  fields: readonly string[],
  { unmasked }: Unmasked,
  language: Language,
): string | null {
  const texts = TEXTS[language];
  if (fields.length === 0) return unmasked === true ? texts.unnamed : null;
  const names = [...new Set(fields.map(nameOf))];
  const named = names.slice(0, MAX_NAMED);
  if (names.length > MAX_NAMED) named.push(texts.more(names.length - MAX_NAMED));
  return texts[unmasked === true ? 'shown' : 'hidden'](joinWithAnd(named, language), names.length === 1);
}

type Unmasked = { unmasked?: true | undefined };

/** A phrase about access; it says so if the access shows hidden fields: "read invoices (with hidden fields in full)". */
export const withHiddenFields = (phrase: string, { unmasked }: Unmasked, language: Language): string =>
  unmasked === true ? `${phrase} (${TEXTS[language].inFull})` : phrase;

/** What access allows, in a phrase: its scope, and whether it shows hidden fields. */
export const accessWords = (
  { scope, ...terms }: { scope: readonly ScopeEntry[] } & Unmasked,
  language: Language,
): string => withHiddenFields(scopeWords(scope, language), terms, language);

/** The last name in a pointer that says something; the whole pointer if it has none. */
function nameOf(pointer: string): string {
  const name = fieldNames(pointer).findLast((each) => each !== ANY_MEMBER && each.trim() !== '');
  return showHiddenCharacters(name ?? pointer);
}
