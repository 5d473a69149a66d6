import { spawn } from 'node:child_process';
import { CLI } from '../../../test/support/cli.js';

export type Ended = { exit: number | null; out: string; err: string };

/** Starts the command as a process of its own. `printed` resolves with its stdout once that matches. */
export function spawnCli(argv: string[], env: Record<string, string>, stdin = '') {
  const child = spawn(process.execPath, [CLI, ...argv], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.on('error', () => undefined).end(stdin);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, out, err }));
  });
  const printed = (text: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (text.test(out)) resolve(out);
      };
      child.stdout.on('data', look);
      child.on('close', () => reject(new Error(`it ended without printing ${text}: ${err}`)));
      look();
    });
  return { child, ended, printed };
}

export const runCli = (argv: string[], env: Record<string, string>, stdin = ''): Promise<Ended> =>
  spawnCli(argv, env, stdin).ended;
