import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Environment } from '../environment.js';
import { openLogFile } from './log-file.js';
import { lineForTerminal } from './log-line.js';

export type ServiceOptions = {
  /** `broker`, `gateway` or `data-service`: names the log file and prefixes lines. */
  name: string;
  /** The compiled program. */
  program: string;
  /** Loaded before it. */
  guard: URL;
  env: Environment;
  dataDir: string;
  tell: (line: string) => void;
};

/** One child process with its log file. */
export class Service {
  readonly name: string;
  /** Settles when the process has ended, with why in words. Never rejects. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;

  constructor(options: ServiceOptions) {
    this.name = options.name;
    // A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
    this.child = spawn(process.execPath, ['--import', options.guard.href, options.program], {
      env: { ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.ended = this.follow(options);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private follow({ dataDir, name, tell }: ServiceOptions): Promise<string> {
    const log = openLogFile(dataDir, name);
    const tellPrefixed = (line: string) => tell(`${name} | ${line}`);
    log.on('error', (error) => tellPrefixed(`its log cannot be written: ${error.message}`));
    const watch = (stream: Readable, source: 'stdout' | 'stderr') =>
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        log.write(`${line}\n`);
        const shown = lineForTerminal(source, line);
        if (shown !== undefined) tellPrefixed(shown);
      });
    if (this.child.stdout) watch(this.child.stdout, 'stdout');
    if (this.child.stderr) watch(this.child.stderr, 'stderr');
    return new Promise((resolve) => {
      this.child.on('error', (error) => resolve(`could not be started (${error.message})`));
      this.child.on('close', (code, signal) => {
        log.end();
        resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
      });
    });
  }
}
