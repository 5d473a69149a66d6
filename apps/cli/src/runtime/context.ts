import { readCliEnvironment } from '@countersign/config';
import { Api } from '../api/client.js';
import { storedLogin } from '../login/credentials-file.js';
import { CliError } from './cli-error.js';
import type { Io } from './io.js';

/** What a verb answers. With `--json` the document is printed, else the text; a secret's text is the secret alone. */
export type Answer = { document: unknown; text: string };

/** What every verb is handed. */
export class Context {
  constructor(
    readonly io: Io,
    readonly json: boolean,
  ) {}

  /** Explanations and progress: stderr, so that stdout holds the answer alone. */
  note(text: string): void {
    this.io.stderr(`${text}\n`);
  }

  /** @throws ConfigError; CliError `unauthenticated` where there is neither key nor login, `credentials_exposed` */
  api(): Api {
    const { brokerUrl, apiKey, credentialsFile } = readCliEnvironment(this.io.env);
    const credential = apiKey ?? storedLogin(credentialsFile, brokerUrl)?.credential;
    if (credential === undefined) {
      throw new CliError(
        'unauthenticated',
        'Not signed in. "countersign login" signs in through the browser; or set COUNTERSIGN_API_KEY (on the broker\'s host "countersign keys create --principal EMAIL" makes a key).',
      );
    }
    return new Api(brokerUrl, credential);
  }
}
