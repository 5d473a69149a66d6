export { type ParsedCoverage, parseCoverage } from './coverage/parse-coverage.js';
export { type BrokerEnvironment, readBrokerEnvironment } from './environment/broker.js';
export { type CliEnvironment, readCliEnvironment } from './environment/cli.js';
export {
  type GatewayEnvironment,
  readGatewayEnvironment,
  readSpoolEnvironment,
} from './environment/gateway.js';
export { KNOWN_VARIABLES } from './environment/known-variables.js';
export { type LocationEnvironment, readLocationEnvironment } from './environment/location.js';
export type { Environment } from './environment/read.js';
export { ConfigError, type ConfigProblem } from './environment/read.js';
export { readSlackEnvironment, type SlackEnvironment } from './environment/slack.js';
export {
  type HostEnvironment,
  masterKeyFile,
  readHostEnvironment,
  readMasterKeyRotation,
  readStoreEnvironment,
  type StoreEnvironment,
} from './environment/store.js';
export type { LogLevel } from './environment/values.js';
export { OpenApiError } from './openapi/description.js';
export { importOpenApi, type OpenApiImport } from './openapi/openapi-import.js';
export { describeControls } from './organisation/convert.js';
export { organisationJsonSchema } from './organisation/json-schema.js';
export { type ParsedOrganisation, parseOrganisation } from './organisation/parse-organisation.js';
export { parsePrivacyControls } from './organisation/privacy-controls.js';
export type { OrganisationProblem } from './organisation/problem.js';
