import type { Catalogue } from '../text/languages.js';

/** The kinds of reasons that the form offers. A customer may have others, whose codes are shown as they are. */
const en = {
  'support-case': 'Support case',
  incident: 'Incident',
  maintenance: 'Maintenance',
  migration: 'Migration',
  security: 'Security',
  legal: 'Legal',
};

const de: typeof en = {
  'support-case': 'Supportfall',
  incident: 'Störung',
  maintenance: 'Wartung',
  migration: 'Migration',
  security: 'Sicherheit',
  legal: 'Recht',
};

export const reasonCodeTexts: Catalogue<typeof en> = { en, de };

/** A kind of reason in words, or its code. */
export const reasonCodeWords = (code: string, texts: Readonly<Record<string, string>>): string =>
  Object.hasOwn(texts, code) ? (texts[code] ?? code) : code;
