/** The languages in which people are addressed. */
export type Language = 'en' | 'de';

/** The locale in which numbers and dates of a language are written. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' };
