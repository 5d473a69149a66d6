import { readEnvironment } from './read.js';
import type { Environment } from './secrets.js';
import { type StoreEnvironment, storeFrom, storeSecrets, storeShape } from './store.js';
import { originUrl } from './urls.js';

/** What the verbs on the broker's host need: the store, and where others reach the broker. */
export type HostEnvironment = StoreEnvironment & {
  /** The broker's origin as gateways see it, without a final slash. */
  publicUrl: string;
};

/**
 * Reads what the host verbs need.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readHostEnvironment(env: Environment): HostEnvironment {
  const shape = { ...storeShape, COUNTERSIGN_PUBLIC_URL: originUrl.default('http://localhost:4000') };
  return readEnvironment(env, shape, storeSecrets, (raw, problem) => {
    const store = storeFrom(raw, problem);
    return store === undefined ? undefined : { ...store, publicUrl: raw.COUNTERSIGN_PUBLIC_URL };
  });
}
