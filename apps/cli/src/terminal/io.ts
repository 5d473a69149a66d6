import type { Readable } from 'node:stream';

/** Everything that the command reads and writes. Tests pass their own. */
export type Io = {
  env: Readonly<Record<string, string | undefined>>;
  stdin: Readable;
  stdout(text: string): void;
  stderr(text: string): void;
  /** The machine's clock, in milliseconds since the epoch. */
  now(): number;
  /** Whether stderr is a terminal that may be drawn on. */
  isTerminal: boolean;
  /** Asks a yes-or-no question. Absent if no one sits at a terminal to answer it. */
  confirm?: (question: string) => Promise<boolean>;
  /** Aborted by Ctrl-C or SIGTERM, for verbs that run until they are stopped. */
  signal: AbortSignal;
};

/** The streams of this process. If the reader has closed its end (`| head`), the process exits quietly. */
export function processIo(): Io {
  const stop = new AbortController();
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
  const isTerminal =
    process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  return {
    env: process.env,
    stdin: process.stdin,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    now: () => Date.now(),
    isTerminal,
    ...(isTerminal && process.stdin.isTTY === true ? { confirm } : {}),
    // Signal handlers are installed by the first verb that reads this. Other verbs keep the default: Ctrl-C ends them.
    get signal() {
      if (process.listenerCount('SIGINT') === 0) {
        process.once('SIGINT', () => stop.abort());
        process.once('SIGTERM', () => stop.abort());
      }
      return stop.signal;
    },
  };
}

/** The default is no: Enter alone changes nothing, and Ctrl-C counts as no. */
async function confirm(question: string): Promise<boolean> {
  const prompts = await import('@clack/prompts');
  const options = { message: question, initialValue: false, output: process.stderr };
  return (await prompts.confirm(options)) === true;
}

/** Reads stdin as text. Stops reading after `maxBytes`: the caller refuses such a text by its form. */
export async function readAll(stdin: Readable, maxBytes: number): Promise<string> {
  return (await readBytes(stdin, maxBytes)).toString('utf8');
}

/** Reads stdin as it is. Stops reading after `maxBytes`. */
export async function readBytes(stdin: Readable, maxBytes = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Buffer);
    size += bytes.length;
    if (size > maxBytes) break;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
