import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DemoError, type Environment } from '../environment.js';

const RUN_CLI = fileURLToPath(new URL('./run-cli.js', import.meta.url));
const LIMIT_MS = 60_000;

/** Runs a verb of the `countersign` command to its end, with `--json`, and returns what it printed. */
export type RunVerb = (argv: string[]) => Promise<unknown>;

/**
 * Runs verbs in processes of their own: exactly the code that an operator would run. An aborted signal ends them.
 * The returned function throws DemoError `preparation_failed` with what the verb printed on stderr.
 */
export function createVerbRunner(env: Environment, signal: AbortSignal): RunVerb {
  return async (argv) => {
    const { code, stdout, stderr } = await run([...argv, '--json'], env, signal);
    if (code !== 0) {
      const reason = stderr.trim() || `it ended with ${code}`;
      throw new DemoError('preparation_failed', `countersign ${argv.join(' ')}: ${reason}`);
    }
    return stdout.trim() === '' ? null : JSON.parse(stdout);
  };
}

function run(
  argv: string[],
  env: Environment,
  signal: AbortSignal,
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RUN_CLI, ...argv], {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      timeout: LIMIT_MS,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, killedBy) => resolve({ code: code ?? killedBy ?? 'no status', stdout, stderr }));
  });
}
