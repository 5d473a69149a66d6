const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first of the wanted languages that we speak, else English. */
export const pickLanguage = (wanted: readonly (string | null)[]): Language =>
  LANGUAGES.find((language) => wanted.find(isLanguage) === language) ?? 'en';

const isLanguage = (text: string | null): boolean => LANGUAGES.some((language) => language === text);

/** Texts of one page or part. English is whole; where a language is missing, English stands in. */
export type Catalogue<T> = { en: T } & Partial<Record<Language, T>>;
