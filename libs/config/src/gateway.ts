/** The gateway's entry point. It loads none of the domain, which the other settings need for their checks. */
export { GATEWAY_DEFAULTS, type GatewayEnvironment, readGatewayEnvironment } from './environment/gateway.js';
export { ConfigError } from './environment/read.js';
