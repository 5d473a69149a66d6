export { ACTIONS, COMMAND, FORMS, SHORTCUT } from './action-ids.js';
export { createSlackIntegration, EVENTS_PATH, type SlackIntegration } from './app.js';
export { checkPlace, type PlaceState, slackClockOffset } from './check.js';
export type { SlackParts, SlackSettings } from './config.js';
export { BOT_EVENTS, BOT_SCOPES, readSlackConfig, type SlackConfig } from './config.js';
export { type CardFacts, factsOf, readFacts } from './facts.js';
export { registerHandlers } from './handlers/index.js';
export {
  type Clicker,
  type Identify,
  LINK_PAGE,
  type SlackUser,
  slackUserOf,
  type UnknownClicker,
} from './identity.js';
export { exchangeCode, InstallError, installUrl } from './install.js';
export { boltLogger, type SlackLog } from './log.js';
export type { Rendered } from './messages/blocks.js';
export { type Audience, requestCard } from './messages/request-card.js';
export { reminderDigest, threadLine } from './messages/thread-lines.js';
export { SlackChannel } from './outbound/channel.js';
