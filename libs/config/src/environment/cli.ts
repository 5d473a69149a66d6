import { join } from 'node:path';
import { readEnvironment } from './read.js';
import type { Environment } from './secrets.js';
import { originUrl } from './urls.js';
import { file, secretToken } from './values.js';

export type CliEnvironment = {
  /** The broker's origin, without a final slash. */
  brokerUrl: string;
  /** `csk_…`, or null where none is set. A secret. */
  apiKey: string | null;
  /** Where `login` keeps what it was given; null where there is no home folder to keep it in. */
  credentialsFile: string | null;
};

const FILE = 'countersign/credentials.json';

export const cliShape = {
  COUNTERSIGN_CREDENTIALS_FILE: file.optional(),
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
    credentialsFile: raw.COUNTERSIGN_CREDENTIALS_FILE ?? inHome(env),
  }));
}

/** As the XDG base directories have it. */
function inHome(env: Environment): string | null {
  const home = env['HOME'] || env['USERPROFILE'];
  const folder = env['XDG_CONFIG_HOME'] || (home ? join(home, '.config') : undefined);
  return folder === undefined ? null : join(folder, FILE);
}
