import { join } from 'node:path';
import type { PreparedStore } from './prepared-store.js';

/** The addresses and store of a test broker. */
export type BrokerPlace = {
  readonly store: PreparedStore;
  readonly folder: string;
  /** Its public address: its own, or that of the balancer in front of several brokers. */
  readonly brokerUrl: string;
  readonly gatewayUrl: string;
};

export const brokerEnv = (
  { store, folder, brokerUrl, gatewayUrl }: BrokerPlace,
  port: number,
): Record<string, string> => ({
  COUNTERSIGN_DATABASE_URL: store.url,
  COUNTERSIGN_DATA_DIR: folder,
  COUNTERSIGN_MASTER_KEY: store.masterKey,
  COUNTERSIGN_PORT: String(port),
  COUNTERSIGN_ADMIN_PORT: 'none',
  COUNTERSIGN_PUBLIC_URL: brokerUrl,
  COUNTERSIGN_GATEWAY_URL: gatewayUrl,
  COUNTERSIGN_RATE_LIMIT_PER_MINUTE: '100000000',
  COUNTERSIGN_PASSKEY_COOLING: 'PT0S',
});

export const gatewayEnv = (
  { folder, credential }: { readonly folder: string; readonly credential: string },
  port: number,
  spool: string,
  adminPort: number,
): Record<string, string> => ({
  COUNTERSIGN_DATA_DIR: folder,
  COUNTERSIGN_GATEWAY_PORT: String(port),
  COUNTERSIGN_ADMIN_PORT: String(adminPort),
  COUNTERSIGN_GATEWAY_CREDENTIAL: credential,
  COUNTERSIGN_SPOOL_DIR: join(folder, spool),
});
