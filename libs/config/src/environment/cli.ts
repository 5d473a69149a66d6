import { readEnvironment } from './read.js';
import type { Environment } from './secrets.js';
import { originUrl } from './urls.js';
import { secretToken } from './values.js';

export type CliEnvironment = {
  /** The broker's origin, without a final slash. */
  brokerUrl: string;
  /** `csk_…`, or null where none is set. A secret. */
  apiKey: string | null;
};

export const cliShape = {
  COUNTERSIGN_BROKER_URL: originUrl.default('http://localhost:4000'),
  COUNTERSIGN_API_KEY: secretToken(/^[\x21-\x7e]+$/, 'be printable ASCII without spaces').optional(),
};

/**
 * Reads what the verbs that call the broker's API need.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readCliEnvironment(env: Environment): CliEnvironment {
  return readEnvironment(env, cliShape, ['COUNTERSIGN_API_KEY'], (raw) => ({
    brokerUrl: raw.COUNTERSIGN_BROKER_URL,
    apiKey: raw.COUNTERSIGN_API_KEY ?? null,
  }));
}
