export { type SlackSide, slackSide } from './app.js';
export { BOT_EVENTS, BOT_SCOPES, readSlackConfig, type SlackConfig } from './config.js';
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
export { SlackChannel } from './outbound/channel.js';
export type { SlackParts, SlackSettings } from './parts.js';
