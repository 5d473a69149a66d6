import type { Language } from '@countersign/contract';

/** A stage of the customer's approvals, as the API answers it. */
export type Stage = { name: string; required: number; approved: number };

const WORDS: Readonly<Record<Language, readonly [of: string, then: string]>> = {
  en: ['of', ', then '],
  de: ['von', ', dann '],
};

/**
 * The customer's stages in their order: “owner (1 of 1), then dpo (0 of 1)”.
 *
 * @returns an empty text if there are none
 */
export function stagesText(stages: readonly Stage[], language: Language): string {
  const [of, then] = WORDS[language];
  return stages.map(({ name, approved, required }) => `${name} (${approved} ${of} ${required})`).join(then);
}
