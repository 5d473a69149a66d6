import type { Opening } from '../encoding/commitment.js';

/** The personal texts of a request: its terms have a commitment `c1:…` to each, and an opening has its value. */
export const TERMS_TEXTS = ['justification', 'ticket'] as const;
export type TermsText = (typeof TERMS_TEXTS)[number];

/** The names of all commitments that terms can have: those of the texts, and of what reviewers of a change are shown. */
export const TERMS_COMMITMENTS = [...TERMS_TEXTS, 'changeBody', 'changeBefore'] as const;
export type TermsCommitment = (typeof TERMS_COMMITMENTS)[number];

/** The texts of a request as they were written. Null: there is none, or it was erased. */
export function openedTexts(openings: Readonly<Record<string, Opening>>): Record<TermsText, string | null> {
  const texts = TERMS_TEXTS.map((name) => [name, openings[name]?.value ?? null]);
  return Object.fromEntries(texts) as Record<TermsText, string | null>;
}
