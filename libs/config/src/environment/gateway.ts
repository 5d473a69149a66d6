import { join } from 'node:path';
import { readEnvironment } from './read.js';
import type { Environment } from './secrets.js';
import { folder, type LogLevel, listenHost, logLevel, port, secretToken, wholeNumber } from './values.js';

export type GatewayEnvironment = {
  host: string;
  port: number;
  dataDir: string;
  /** What `countersign gateways enroll` printed: `csg_` + base64url JSON. A secret. */
  credential: string;
  /** Holds the record spool, the gateway's identity and its place in the feed. */
  spoolDir: string;
  spoolBytes: number;
  maxCallsPerGrant: number;
  maxCallsPerService: number;
  logLevel: LogLevel;
};

const GIB = 1024 ** 3;

export const gatewayShape = {
  COUNTERSIGN_HOST: listenHost.default('127.0.0.1'),
  COUNTERSIGN_GATEWAY_PORT: port.default(4100),
  COUNTERSIGN_DATA_DIR: folder.default('./data'),
  COUNTERSIGN_GATEWAY_CREDENTIAL: secretToken(
    /^csg_[A-Za-z0-9_-]+$/,
    'begin with csg_, as "countersign gateways enroll NAME" printed it',
  ).optional(),
  COUNTERSIGN_SPOOL_DIR: folder.optional(),
  COUNTERSIGN_GATEWAY_SPOOL_BYTES: wholeNumber(1024 ** 2, 1024 * GIB).default(GIB),
  COUNTERSIGN_GATEWAY_MAX_CALLS_PER_GRANT: wholeNumber(1, 1_000_000).default(256),
  COUNTERSIGN_GATEWAY_MAX_CALLS_PER_SERVICE: wholeNumber(1, 1_000_000).default(1024),
  COUNTERSIGN_LOG_LEVEL: logLevel.default('info'),
};

/**
 * Reads what a gateway needs to start. `COUNTERSIGN_GATEWAY_SPOOL_BYTES` (1 GiB) bounds the records that
 * wait for the broker; the two `…_MAX_CALLS_PER_…` (256 and 1,024) bound concurrent calls per process.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readGatewayEnvironment(env: Environment): GatewayEnvironment {
  return readEnvironment(env, gatewayShape, ['COUNTERSIGN_GATEWAY_CREDENTIAL'], (raw, problem) => {
    const credential = raw.COUNTERSIGN_GATEWAY_CREDENTIAL;
    if (credential === undefined) {
      problem(
        'COUNTERSIGN_GATEWAY_CREDENTIAL',
        'is required: make one on the broker\'s host with "countersign gateways enroll NAME" (or name a file with COUNTERSIGN_GATEWAY_CREDENTIAL_FILE)',
      );
      return undefined;
    }
    return {
      host: raw.COUNTERSIGN_HOST,
      port: raw.COUNTERSIGN_GATEWAY_PORT,
      dataDir: raw.COUNTERSIGN_DATA_DIR,
      credential,
      spoolDir: raw.COUNTERSIGN_SPOOL_DIR ?? join(raw.COUNTERSIGN_DATA_DIR, 'spool'),
      spoolBytes: raw.COUNTERSIGN_GATEWAY_SPOOL_BYTES,
      maxCallsPerGrant: raw.COUNTERSIGN_GATEWAY_MAX_CALLS_PER_GRANT,
      maxCallsPerService: raw.COUNTERSIGN_GATEWAY_MAX_CALLS_PER_SERVICE,
      logLevel: raw.COUNTERSIGN_LOG_LEVEL,
    };
  });
}
