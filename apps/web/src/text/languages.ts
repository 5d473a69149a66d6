const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first of the wanted languages that we offer, or English. */
export const pickLanguage = (wanted: readonly (string | null)[]): Language =>
  LANGUAGES.find((language) => wanted.find(isLanguage) === language) ?? 'en';

const isLanguage = (text: string | null): boolean => LANGUAGES.some((language) => language === text);

/** The texts of a page, complete in every language. */
export type Catalogue<T> = Readonly<Record<Language, T>>;
