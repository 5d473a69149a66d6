import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface Writer {
  process: ChildProcess;
  /** How many units the process has said to be committed. */
  committed(): number;
  /** Settles when the process has ended, with its exit code or the signal that ended it. */
  ended: Promise<number | string>;
  /** Settles when so many units are committed, or the process has ended. */
  reached(count: number): Promise<void>;
}

/** Starts a second process that writes units of work to the database (`writer.ts`). */
export function startWriter(url: string, tenant: string, count: number, die = false): Writer {
  const process = fork(here('./writer.ts'), [url, tenant, String(count), ...(die ? ['die'] : [])], {
    execArgv: ['--import', here('./typescript.mjs'), '--disable-warning=ExperimentalWarning'],
    env: { PATH: globalThis.process.env['PATH'] },
  });
  let committed = 0;
  process.on('message', () => {
    committed += 1;
  });
  const ended = once(process, 'exit').then(([code, signal]) => (signal ?? code) as number | string);
  return {
    process,
    ended,
    committed: () => committed,
    reached: async (wanted) => {
      let over = false;
      void ended.then(() => {
        over = true;
      });
      while (committed < wanted && !over) await Promise.race([once(process, 'message'), ended]);
    },
  };
}
