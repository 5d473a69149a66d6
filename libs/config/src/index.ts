export { type BrokerEnvironment, readBrokerEnvironment } from './environment/broker.js';
export { type CliEnvironment, readCliEnvironment } from './environment/cli.js';
export { ConfigError, type ConfigProblem } from './environment/config-error.js';
export {
  type GatewayEnvironment,
  readGatewayEnvironment,
  readSpoolEnvironment,
} from './environment/gateway.js';
export { type HostEnvironment, readHostEnvironment } from './environment/host.js';
export { KNOWN_VARIABLES } from './environment/known-variables.js';
export { type LocationEnvironment, readLocationEnvironment } from './environment/location.js';
export type { Environment } from './environment/secrets.js';
export { readSlackEnvironment, type SlackEnvironment } from './environment/slack.js';
export { masterKeyFile, readStoreEnvironment, type StoreEnvironment } from './environment/store.js';
export { isLoopbackHost } from './environment/urls.js';
export type { LogLevel } from './environment/values.js';
export { organisationJsonSchema } from './organisation/json-schema.js';
export { type ParsedOrganisation, parseOrganisation } from './organisation/parse-organisation.js';
export { parsePrivacyControls } from './organisation/privacy-controls.js';
export type { OrganisationProblem } from './organisation/problem.js';
