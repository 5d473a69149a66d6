import { type Environment, readCliEnvironment } from '@countersign/config';
import { CliError } from '../command/errors.js';
import { readStoredLogin } from '../sign-in/credentials-file.js';
import { Api } from './client.js';

/**
 * The broker's API, with the API key of the environment, or else with the stored login.
 * @param timeoutMs how long one answer may take
 * @throws ConfigError; CliError `unauthenticated` without a credential, `credentials_exposed`, `credentials_unreadable`
 */
export function openApi(env: Environment, timeoutMs?: number): Api {
  const { brokerUrl, apiKey, credentialsFile } = readCliEnvironment(env);
  const credential = apiKey ?? readStoredLogin(credentialsFile, brokerUrl)?.credential;
  if (credential !== undefined) return new Api(brokerUrl, credential, timeoutMs);
  throw new CliError(
    'unauthenticated',
    'Not signed in. Run "countersign login" to sign in through the browser, or set COUNTERSIGN_API_KEY ("countersign keys create --principal EMAIL" on the broker\'s host makes a key).',
  );
}
