import type { Language } from '@countersign/contract';
import { de } from './de.js';
import { en, type Words } from './en.js';

export type { Words } from './en.js';

const CATALOGUES: Readonly<Record<Language, Words>> = { en, de };

/** The texts in the language of what is shown, such as `CardFacts`. */
export const wordsOf = ({ language }: { language: Language }): Words => CATALOGUES[language];
