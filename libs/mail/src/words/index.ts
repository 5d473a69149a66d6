import type { Language } from '@countersign/contract';
import * as de from './de.js';
import * as en from './en.js';
import type { MailWords } from './words.js';

/** The texts of the mails in each language. */
export const WORDS: Readonly<Record<Language, MailWords>> = { en, de };
