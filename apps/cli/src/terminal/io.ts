import type { Readable } from 'node:stream';

/** Everything the command reads and writes, so that tests can stand in for a terminal. */
export type Io = {
  env: Readonly<Record<string, string | undefined>>;
  stdin: Readable;
  stdout(text: string): void;
  stderr(text: string): void;
  /** True where stderr is a terminal that may be drawn on. */
  live: boolean;
  /** Asks a yes-or-no question; absent where nobody sits at a terminal to answer it. */
  confirm?: (question: string) => Promise<boolean>;
  /** Aborted by Ctrl-C or SIGTERM, for verbs that run until stopped. */
  signal: AbortSignal;
};

/** The process's own streams. A reader that closed its end (`| head`) ends the command quietly. */
export function processIo(): Io {
  const stop = new AbortController();
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
  const live =
    process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  return {
    env: process.env,
    stdin: process.stdin,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    live,
    ...(live && process.stdin.isTTY === true ? { confirm: ask } : {}),
    get signal() {
      if (process.listenerCount('SIGINT') === 0) {
        process.once('SIGINT', () => stop.abort());
        process.once('SIGTERM', () => stop.abort());
      }
      return stop.signal;
    },
  };
}

/** No is the default: Enter alone changes nothing. Ctrl-C is a no. */
async function ask(question: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  return (await confirm({ message: question, initialValue: false, output: process.stderr })) === true;
}

/** All of stdin as text. */
export async function readAll(stdin: Readable, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Buffer);
    size += bytes.length;
    if (size > mostBytes) break;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
