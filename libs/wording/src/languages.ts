import { LANGUAGES, type Language } from '@countersign/contract';

/** The locale in which numbers and dates of a language are written. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' };

/** What a language calls itself: the word on the switch. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

const QUOTES: Readonly<Record<Language, readonly [open: string, close: string]>> = {
  en: ['“', '”'],
  de: ['„', '“'],
};

/** The language that the page's switch selects next. */
export const nextLanguage = (language: Language): Language =>
  LANGUAGES[(LANGUAGES.indexOf(language) + 1) % LANGUAGES.length] ?? 'en';

/** The text in the quotation marks of a language. */
export function quoted(text: string, language: Language): string {
  const [open, close] = QUOTES[language];
  return `${open}${text}${close}`;
}
