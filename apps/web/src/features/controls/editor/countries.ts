import type { Language } from '@countersign/contract';
import { countryText } from '@countersign/wording';

/** The member states of the European Union. */
export const EUROPEAN_UNION = [
  ...['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU'],
  ...['IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'],
];

export const EUROPEAN_UNION_NAME: Readonly<Record<Language, string>> = { en: 'the EU', de: 'der EU' };

/** Whether these are exactly the member states of the European Union, in any order. */
export const isEuropeanUnion = (codes: readonly string[]): boolean =>
  codes.length === EUROPEAN_UNION.length && EUROPEAN_UNION.every((code) => codes.includes(code));

/** “Germany (DE)”; the text itself if it is no code at all, as in JSON that is still being typed. */
export function countryName(code: string, language: Language): string {
  try {
    return countryText(code, language);
  } catch {
    return code;
  }
}
