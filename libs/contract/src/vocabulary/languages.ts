/** The languages in which people are addressed. docs/languages.md says how one is added. */
export const LANGUAGES = ['en', 'de'] as const;
/** One of `LANGUAGES`. */
export type Language = (typeof LANGUAGES)[number];

/** The first of the wanted languages that we offer, or English. Each is as browsers name it: `de`, `de-AT`, `de;q=0.8`. */
export const pickLanguage = (wanted: readonly (string | null)[]): Language =>
  wanted
    .map((tag) => /^\s*([a-z]+)/i.exec(tag ?? '')?.[1]?.toLowerCase())
    .find((tag): tag is Language => LANGUAGES.some((language) => language === tag)) ?? 'en';
