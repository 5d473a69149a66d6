import type { RequestMember, StatedText } from './members.js';

/**
 * Which members of a request each face shows in rows or columns, in its order. A member that is not listed is left out, or is in a
 * sentence of the face: the spec says which and why. The pages show the stated texts under the reason (`decision.text.ts`).
 */
export const FACES = {
  mail: ['requesterFacts', 'scope', 'unmasked', 'justification', 'ticket', 'change'],
  /** A card in Slack. Its rows about an open request follow in `openCard`. */
  card: ['ticket'],
  openCard: ['requesterFacts', 'budget'],
  /** The modal behind a card. */
  details: ['unmasked', 'seconds', 'ticket', 'requesterFacts', 'budget'],
  /** `countersign show`. The times are in the middle. */
  show: ['seconds', 'unmasked', 'times', 'budget', 'justification', 'reasonCode', 'ticket'],
  receipt: ['ticket'],
  csv: ['justification', 'ticket', 'reasonCode'],
  evidence: ['reasonCode', 'justification', 'ticket'],
} as const satisfies Readonly<Record<string, readonly (RequestMember | 'times')[]>>;

/** The texts for which Slack's form has a field, and which its messages can show. */
export const SLACK_TEXTS = ['ticket'] as const satisfies readonly StatedText[];
export type SlackText = (typeof SLACK_TEXTS)[number];

/** The most characters that the API takes. */
export const MOST_CHARACTERS: Readonly<Record<StatedText, number>> = { reasonCode: 63, ticket: 256 };
