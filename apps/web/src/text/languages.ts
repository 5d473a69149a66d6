const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first of the wanted languages that we offer, or English. */
export const pickLanguage = (wanted: readonly (string | null)[]): Language =>
  LANGUAGES.find((language) => wanted.find(isLanguage) === language) ?? 'en';

const isLanguage = (text: string | null): boolean => LANGUAGES.some((language) => language === text);

/** The texts of a page. English is complete and replaces a missing language. */
export type Catalogue<T> = { en: T } & Partial<Record<Language, T>>;
