import { Readable } from 'node:stream';

/** Streams of a command that a test can read. */
export class Terminal {
  out = '';
  err = '';
  readonly isTerminal = false;
  readonly stopping = new AbortController();
  readonly stdin: Readable;

  constructor(
    readonly env: Record<string, string | undefined>,
    stdin: string | Buffer = '',
    private readonly clock: { now(): Date } = { now: () => new Date() },
  ) {
    this.stdin = Readable.from([typeof stdin === 'string' ? Buffer.from(stdin) : stdin]);
  }

  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  now(): number {
    return this.clock.now().getTime();
  }

  readonly stdout = (text: string): void => {
    this.out += text;
  };

  readonly stderr = (text: string): void => {
    this.err += text;
  };
}
