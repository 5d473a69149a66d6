import { readCliEnvironment } from '@countersign/config';
import { Command } from 'commander';
import { Api } from '../api/client.js';
import { storedLogin } from '../sign-in/credentials-file.js';
import type { Io } from '../terminal/io.js';
import { CliError } from './errors.js';

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

/** Turns a verb into commander's action: hands it the context, prints what it answers. */
export type Run = <Args extends unknown[]>(
  verb: (context: Context, ...args: Args) => Promise<Answer | undefined>,
) => (...args: [...Args, Command]) => Promise<void>;

export function runner(io: Io): Run {
  return <Args extends unknown[]>(verb: (context: Context, ...args: Args) => Promise<Answer | undefined>) =>
    async (...all: [...Args, Command]) => {
      const command = all.at(-1);
      if (!(command instanceof Command)) throw new TypeError('commander hands the command last');
      const json = command.optsWithGlobals()['json'] === true;
      const answer = await verb(new Context(io, json), ...(all.slice(0, -1) as Args));
      if (answer !== undefined) print(io, json, answer);
    };
}

export function print(io: Io, json: boolean, answer: Answer): void {
  if (json) io.stdout(`${JSON.stringify(answer.document, null, 2)}\n`);
  else if (answer.text !== '') io.stdout(`${answer.text}\n`);
}
