/** The languages in which people are addressed. docs/languages.md says how one is added. */
export const LANGUAGES = ['en', 'de'] as const;
/** One of `LANGUAGES`. */
export type Language = (typeof LANGUAGES)[number];

/** The first of the wanted languages that we offer, or English. Each is as browsers name it: `de`, `de-AT`, `de;q=0.8`. */
export function pickLanguage(wanted: readonly (string | null)[]): Language {
  for (const tag of wanted) {
    const primary = /^\s*([a-z]+)/i.exec(tag ?? '')?.[1]?.toLowerCase();
    const offered = LANGUAGES.find((language) => language === primary);
    if (offered !== undefined) return offered;
  }
  return 'en';
}
