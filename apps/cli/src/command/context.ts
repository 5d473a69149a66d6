import { Command } from 'commander';
import type { Api } from '../api/client.js';
import type { Io } from '../terminal/io.js';
import { CliError } from './errors.js';

/** What a verb answers: `--json` prints the document, otherwise the text is printed. A secret's text is the secret alone. */
export type Answer = { document: unknown; text: string };

/** What every verb receives. */
export class Context {
  constructor(
    readonly io: Io,
    readonly json: boolean,
  ) {}

  /** Prints an explanation or progress on stderr, so that stdout holds the answer alone. */
  note(text: string): void {
    this.io.stderr(`${text}\n`);
  }

  /**
   * The broker's API, with the API key of the environment, or else with the stored login.
   * @throws ConfigError; CliError `unauthenticated` without a credential, `credentials_exposed`, `credentials_unreadable`
   */
  async api(): Promise<Api> {
    // Loaded here, so that the help, usage errors and host verbs do not wait for them.
    const [{ readCliEnvironment }, client, { readStoredLogin }] = await Promise.all([
      import('@countersign/config'),
      import('../api/client.js'),
      import('../sign-in/credentials-file.js'),
    ]);
    const { brokerUrl, apiKey, credentialsFile } = readCliEnvironment(this.io.env);
    const credential = apiKey ?? readStoredLogin(credentialsFile, brokerUrl)?.credential;
    if (credential === undefined) {
      throw new CliError(
        'unauthenticated',
        'Not signed in. Run "countersign login" to sign in through the browser, or set COUNTERSIGN_API_KEY ("countersign keys create --principal EMAIL" on the broker\'s host makes a key).',
      );
    }
    return new client.Api(brokerUrl, credential);
  }
}

type Verb<Args extends unknown[]> = (context: Context, ...args: Args) => Promise<Answer | undefined>;

/** Makes commander's action of a verb: passes the context, and prints the answer. */
export type Run = <Args extends unknown[]>(
  verb: Verb<Args>,
) => (...args: [...Args, Command]) => Promise<void>;

export function createRun(io: Io): Run {
  return <Args extends unknown[]>(verb: Verb<Args>) =>
    async (...all: [...Args, Command]) => {
      const command = all.at(-1);
      if (!(command instanceof Command)) throw new TypeError('commander passes the command last');
      const json = command.optsWithGlobals()['json'] === true;
      const answer = await verb(new Context(io, json), ...(all.slice(0, -1) as Args));
      if (answer === undefined) return;
      if (json) io.stdout(`${JSON.stringify(answer.document, null, 2)}\n`);
      else if (answer.text !== '') io.stdout(`${answer.text}\n`);
    };
}
