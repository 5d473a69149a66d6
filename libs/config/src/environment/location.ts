import { type AdminEnvironment, adminFrom, adminShape } from './admin.js';
import { DEFAULT_ADMIN_PORT } from './broker.js';
import { GATEWAY_ADMIN_PORT } from './gateway.js';
import type { Environment } from './read.js';
import { readEnvironment } from './read.js';
import { folder, listenHost, originUrl, port } from './values.js';

/** Folders, hosts and ports of a set-up. It has no secret. */
export type LocationEnvironment = {
  dataDir: string;
  /** Whether the environment names a database or a master key. */
  storeNamed: boolean;
  host: string;
  port: number;
  gatewayPort: number;
  gatewayUrl: string;
  /** The broker's private listener on this host; null if there is none. */
  admin: AdminEnvironment | null;
  /** The same of a gateway. */
  gatewayAdmin: AdminEnvironment | null;
};

const shape = {
  ...adminShape,
  COUNTERSIGN_DATA_DIR: folder.default('./data'),
  COUNTERSIGN_HOST: listenHost.default('127.0.0.1'),
  COUNTERSIGN_PORT: port.default(4000),
  COUNTERSIGN_GATEWAY_PORT: port.default(4100),
  COUNTERSIGN_GATEWAY_URL: originUrl.default('http://localhost:4100'),
};

const STORE = /^COUNTERSIGN_(DATABASE_URL|MASTER_KEY)(_FILE)?$/;

/**
 * Reads them, for commands that look at a set-up from outside.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readLocationEnvironment(env: Environment): LocationEnvironment {
  return readEnvironment(env, shape, [], (raw) => ({
    dataDir: raw.COUNTERSIGN_DATA_DIR,
    storeNamed: Object.entries(env).some(([name, value]) => STORE.test(name) && value),
    host: raw.COUNTERSIGN_HOST,
    port: raw.COUNTERSIGN_PORT,
    gatewayPort: raw.COUNTERSIGN_GATEWAY_PORT,
    gatewayUrl: raw.COUNTERSIGN_GATEWAY_URL,
    admin: adminFrom(raw, DEFAULT_ADMIN_PORT),
    gatewayAdmin: adminFrom(raw, GATEWAY_ADMIN_PORT),
  }));
}
