import { join } from 'node:path';
import type { Environment } from './read.js';
import { readEnvironment } from './read.js';
import { file, originUrl, secretToken } from './values.js';

export type CliEnvironment = {
  /** The broker's origin, without a final slash. */
  brokerUrl: string;
  /** `csk_…`, or null if none is set. A secret. */
  apiKey: string | null;
  /** The file in which `login` keeps its credentials. Null without a home folder. */
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

/** By the XDG Base Directory Specification. */
function inHome(env: Environment): string | null {
  const home = env['HOME'] || env['USERPROFILE'];
  const folder = env['XDG_CONFIG_HOME'] || (home ? join(home, '.config') : undefined);
  return folder === undefined ? null : join(folder, FILE);
}
