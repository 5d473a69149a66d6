import { Command } from 'commander';
import type { Api } from '../api/client.js';
import type { Io } from '../terminal/io.js';
import { formatJson } from '../terminal/text.js';

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
   * The broker's API, with the caller's credential. It is loaded here, so that the help, usage errors and host verbs do not
   * wait for it.
   * @throws as `openApi`
   */
  async api(): Promise<Api> {
    return (await import('../api/open-api.js')).openApi(this.io.env);
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
      if (json) io.stdout(`${formatJson(answer.document)}\n`);
      else if (answer.text !== '') io.stdout(`${answer.text}\n`);
    };
}
