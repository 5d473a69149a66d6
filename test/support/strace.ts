import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export type Injection = {
  /** In the syntax of `strace -e inject`: `fdatasync:error=EIO`. */
  calls: readonly string[];
  /** Limits the faults to calls on these paths or their descriptors. Default: all calls. */
  paths?: readonly string[];
};

/** Makes a running process's system calls fail while attached. The process must have few threads (`when=` counts per thread). */
export class Strace {
  private readonly gone: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.gone = once(child, 'exit');
  }

  /** Resolves when the faults are active. Throws if strace is missing or may not attach. */
  static async attach(pid: number, { calls, paths = [] }: Injection): Promise<Strace> {
    const names = calls.map((call) => call.split(':')[0]);
    const child = spawn(
      'strace',
      [
        ...['-f', '-p', String(pid), '-o', '/dev/null', '-e', `trace=${names.join()}`],
        ...paths.flatMap((path) => ['-P', path]),
        ...calls.flatMap((call) => ['-e', `inject=${call}`]),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', (cause) => reject(new Error('these tests need strace on the PATH', { cause })));
      child.once('exit', () => reject(new Error(`strace could not attach: ${said}`)));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        // strace prints one line for each thread, and last the line for all of them.
        if (/Process \d+ attached( with \d+ threads)?\n/.test(said)) resolve();
      });
    });
    return new Strace(child);
  }

  /** Resolves when the process runs without faults again. */
  async detach(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.gone;
  }
}
