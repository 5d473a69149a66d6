/** What the broker uses of the Slack library. Import it by `loadSlack`. */
export {
  createSlackIntegration,
  EVENTS_PATH,
  exchangeCode,
  InstallError,
  installUrl,
  readSlackConfig,
  registerHandlers,
  SlackChannel,
} from '@countersign/slack';
