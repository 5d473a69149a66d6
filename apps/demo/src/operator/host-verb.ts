import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../environment.js';
import { DemoError } from '../environment.js';

const RUN_CLI = fileURLToPath(new URL('./run-cli.js', import.meta.url));
const LIMIT_MS = 60_000;

/** Runs a host verb to its end and answers its JSON. */
export type RunVerb = (argv: string[]) => Promise<unknown>;

/**
 * Host verbs run as the command itself, in a process of their own: the very code that an operator would run.
 * @throws DemoError `preparation_failed` with what the verb said on stderr.
 */
export function hostVerbs(env: Environment, signal: AbortSignal): RunVerb {
  return async (argv) => {
    const { code, stdout, stderr } = await run([...argv, '--json'], env, signal);
    if (code !== 0) {
      const said = stderr.trim() || `it ended with ${code}`;
      throw new DemoError('preparation_failed', `countersign ${argv.join(' ')}: ${said}`);
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
