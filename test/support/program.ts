import { type ChildProcess, spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { eventually } from './eventually.js';
import { compiled } from './root.js';

export type ProgramOptions = {
  /** Its name in errors. */
  name: string;
  /** The compiled file under dist/, or an absolute path. */
  script: string;
  args?: readonly string[];
  /** Its whole environment, apart from PATH, HOME and the temp folder. */
  env?: Readonly<Record<string, string>>;
  /** Modules loaded before it. */
  preload?: readonly string[];
  /** How it runs apart from this clone, as on a host: nothing of the clone is loaded, so the test has to end it. */
  host?: HostUser;
  /** The size limit of every file that it writes, in 512-byte blocks (`ulimit -f`). */
  fileBlocks?: number;
};

/** The Node that runs a program, the user, and the folder in which it starts. */
export type HostUser = { node: string; cwd: string; uid?: number; gid?: number };

export type Ending = { code: number | null; signal: NodeJS.Signals | null };

/** Stops a child whose parent is gone, no matter how the parent ended. */
const GUARD = 'apps/demo/src/supervisor/guard.js';

/** One of our programs that runs as a separate process or inside the test's process (`inside.ts`). */
export interface Running {
  /** Its output so far. */
  readonly stdout: string;
  untilReady(url: string, limitMs?: number): Promise<void>;
  /** Stops it and waits for the end. */
  stop(): Promise<unknown>;
  /** Kills it, if it still runs. */
  dispose(): Promise<unknown>;
}

/** One of our programs as a separate process, with its output. */
export class Program implements Running {
  /** Its output so far. */
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ending>;
  private running = true;

  private constructor(
    readonly name: string,
    readonly child: ChildProcess,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.running = false;
        resolve({ code, signal });
      });
    });
  }

  static start(options: ProgramOptions): Program {
    const { script, args = [], preload = [], fileBlocks, host } = options;
    const { node = process.execPath, ...place } = host ?? {};
    const loaded = host === undefined ? [compiled(GUARD), ...preload] : [];
    const loads = loaded.flatMap((file) => ['--import', pathToFileURL(file).href]);
    const file = script.startsWith('/') ? script : compiled(script);
    const argv = [node, ...loads, file, ...args];
    const [command, ...rest] =
      fileBlocks === undefined ? argv : ['sh', '-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...argv];
    const child = spawn(command as string, rest, {
      ...place,
      env: { ...inherited(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return new Program(options.name, child);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Waits until `url` answers 200. Throws with the program's output if it ends first or takes too long. */
  async untilReady(url: string, limitMs = 60_000): Promise<void> {
    const said = () => `${this.stderr}${this.stdout}`.slice(-2_000);
    const ready = async () => {
      if (!this.running) throw new Error(`${this.name} ended: ${said()}`);
      return isReady(url);
    };
    await eventually(`${this.name} is ready`, ready, limitMs).catch((error: unknown) => {
      throw new Error(`${this.name} is not ready; it said: ${said()}`, { cause: error });
    });
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }

  /** `kill -9`, if it still runs. */
  async dispose(): Promise<void> {
    if (this.running) await this.stop('SIGKILL');
  }
}

/** Whether a program answers 200, and is not a gateway without its broker. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const text = await answer.text();
    return answer.status === 200 && !text.includes('"inTouch":false');
  } catch {
    return false;
  }
}

/** What a program needs from the machine. The developer's own settings do not reach it. */
export function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
