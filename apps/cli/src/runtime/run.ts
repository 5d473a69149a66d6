import { Command } from 'commander';
import { type Answer, Context } from './context.js';
import type { Io } from './io.js';

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
