import { readCliEnvironment } from '@countersign/config';
import { Api } from '../api/client.js';
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

  /** @throws ConfigError; CliError `unauthenticated` where no key is set */
  api(): Api {
    const { brokerUrl, apiKey } = readCliEnvironment(this.io.env);
    if (apiKey === null) {
      throw new CliError(
        'unauthenticated',
        'No API key. Set COUNTERSIGN_API_KEY (or COUNTERSIGN_API_KEY_FILE); on the broker\'s host "countersign keys create --principal EMAIL" makes one.',
      );
    }
    return new Api(brokerUrl, apiKey);
  }
}
