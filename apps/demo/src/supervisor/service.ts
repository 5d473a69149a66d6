import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Environment } from '../environment.js';

export type ServiceOptions = {
  /** Names the log file, and prefixes the lines on the terminal. */
  name: string;
  /** The compiled program. */
  program: string;
  /** A module that is loaded before the program. */
  guard: URL;
  env: Environment;
  dataDir: string;
  /** Prints a line on the terminal. */
  print: (line: string) => void;
};

/** One child process and its log file. */
export class Service {
  readonly name: string;
  /** Resolves when the process has ended, with the reason in words. Never rejects. */
  readonly ended: Promise<string>;
  private readonly child: ChildProcess;

  constructor(options: ServiceOptions) {
    this.name = options.name;
    // Detached: Ctrl-C in the terminal reaches the supervisor alone, which stops all processes in order.
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

  private follow({ dataDir, name, print }: ServiceOptions): Promise<string> {
    const log = openLogFile(dataDir, name);
    const printPrefixed = (line: string) => print(`${name} | ${line}`);
    log.on('error', (error) => printPrefixed(`its log cannot be written: ${error.message}`));
    const watch = (stream: Readable, source: 'stdout' | 'stderr') =>
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        log.write(`${line}\n`);
        const shownLine = lineForTerminal(source, line);
        if (shownLine !== undefined) printPrefixed(shownLine);
      });
    if (this.child.stdout) watch(this.child.stdout, 'stdout');
    if (this.child.stderr) watch(this.child.stderr, 'stderr');
    return new Promise((resolve) => {
      this.child.on('error', (error) => resolve(`could not be started (${error.message})`));
      this.child.on('close', (code, signal) => {
        // Only after the last lines are in the file: the message names the file, and a reader looks for them there.
        log.end(() => resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`));
      });
    });
  }
}

const MAX_LOG_BYTES = 20 * 1024 * 1024;

/** Opens `logs/NAME.log` for appending. A long log is renamed to `NAME.log.1` first, and replaces the one before. */
function openLogFile(dataDir: string, name: string): WriteStream {
  const path = join(dataDir, 'logs', `${name}.log`);
  if (existsSync(path) && statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}

/** Levels of pino. */
const WARN = 40;
const ERROR = 50;

/** It needs no action: the provider's package recommends a newer Node, and the tests run it on every Node that we support. */
const HARMLESS = 'oidc-provider WARNING: Unsupported runtime.';

/**
 * The line that belongs on the terminal: warnings and errors of the structured log, and plain text on stderr. Undefined
 * for all other output; the log file has everything.
 */
export function lineForTerminal(stream: 'stdout' | 'stderr', line: string): string | undefined {
  if (line.trim() === '' || line.includes(HARMLESS)) return undefined;
  const entry = parseLogEntry(line);
  if (entry === undefined) return stream === 'stderr' ? line : undefined;
  if (entry.level < WARN) return undefined;
  const level = entry.level >= ERROR ? 'error' : 'warning';
  const cause = entry.err === '' || entry.err === entry.msg ? '' : ` (${entry.err})`;
  return `${level}: ${entry.msg}${cause}`;
}

function parseLogEntry(line: string): { level: number; msg: string; err: string } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as { level?: unknown; msg?: unknown; err?: { message?: unknown } };
    if (typeof value.level !== 'number') return undefined;
    const err = typeof value.err?.message === 'string' ? value.err.message : '';
    return { level: value.level, msg: typeof value.msg === 'string' ? value.msg : 'no message', err };
  } catch {
    return undefined;
  }
}
