export { ACTIONS, COMMAND, FORMS, SHORTCUT } from './action-ids.js';
export type { Clicker, Identify, SlackUser, UnknownClicker } from './identity.js';
export type { Rendered } from './messages/block-parts.js';
export { reminderDigest } from './messages/digest.js';
export { type Audience, requestCard } from './messages/request-card.js';
export { threadLine } from './messages/thread-lines.js';
export type { SlackParts, SlackSettings } from './parts.js';
export { type CardFacts, factsOf, readFacts } from './read-facts.js';
