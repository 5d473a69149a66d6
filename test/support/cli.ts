import { join } from 'node:path';
import { Readable } from 'node:stream';
import { inherited, Program } from './program.js';
import { root } from './root.js';

export const CLI = join(root, 'test/support/run-cli.mjs');

export type Ran = { code: number | null; stdout: string; stderr: string };

/** Runs the `countersign` command with one environment: in a process of its own, or inside this one. */
export class Cli {
  constructor(private readonly env: Readonly<Record<string, string>>) {}

  /** The same command with another person's API key. */
  as(key: string): Cli {
    return new Cli({ ...this.env, COUNTERSIGN_API_KEY: key });
  }

  async run(...args: string[]): Promise<Ran> {
    const program = Program.start({ name: args.join(' '), script: CLI, args, env: this.env });
    const { code } = await program.ended;
    return { code, stdout: program.stdout, stderr: program.stderr };
  }

  /** Runs a subcommand in this process, which takes a tenth of the time of `run`. */
  async inside(...args: string[]): Promise<Ran> {
    // Loaded only on use: the benchmarks use this folder too, but start only processes.
    const { run } = await import('../../apps/cli/src/main.js');
    const stdout: string[] = [];
    const stderr: string[] = [];
    const code = await run(args, {
      env: { ...inherited(), ...this.env },
      stdin: Readable.from([]),
      stdout: (text) => void stdout.push(text),
      stderr: (text) => void stderr.push(text),
      now: () => Date.now(),
      isTerminal: false,
      signal: new AbortController().signal,
    });
    return { code, stdout: stdout.join(''), stderr: stderr.join('') };
  }

  /**
   * Runs a subcommand with `--json`, in this process.
   *
   * @throws Error with its output unless it exits with 0 and stdout is one document
   */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.inside('--json', ...args);
    if (code !== 0) throw new Error(`countersign ${args.join(' ')} exits ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** Starts `broker` or `gateway` in the foreground. */
  start(verb: 'broker' | 'gateway', env: Readonly<Record<string, string>> = {}): Program {
    return Program.start({ name: verb, script: CLI, args: [verb], env: { ...this.env, ...env } });
  }
}
