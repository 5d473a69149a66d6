import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI } from '../support/cli.js';
import { inherited } from '../support/program.js';
import { root } from '../support/root.js';

export type ShellBlock = { heading: string; text: string };

/** The blocks of shell commands of a document, in order, each with the heading above it. */
export function shellBlocksOf(file: string): ShellBlock[] {
  let heading = '';
  return [...readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.*)$|^```sh\n([\s\S]*?)^```$/gm)].flatMap(
    ([, title, text]) => {
      if (title !== undefined) heading = title;
      return text === undefined ? [] : [{ heading, text }];
    },
  );
}

/**
 * Runs commands of a document as they are written, in one bash that ends at the first one that fails. `npx countersign` is the
 * built command; whatever the commands leave running is ended.
 *
 * @param folder where they run, in place of the clone: its own files are not written. Gets a program `npx`, and the clone's `apps` and
 *   `test`
 * @throws Error with the whole output if a command fails
 */
export async function runShell(
  text: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<{ stdout: string; stderr: string }> {
  const npx = join(folder, 'npx');
  writeFileSync(
    npx,
    `#!/bin/sh\n[ "$1" = countersign ] && shift && exec '${process.execPath}' '${CLI}' "$@"\n`,
  );
  chmodSync(npx, 0o755);
  for (const name of ['apps', 'test']) symlinkSync(join(root, name), join(folder, name));
  const own = inherited();
  const child = spawn('bash', ['-c', `set -euo pipefail\n${text}\n`], {
    cwd: folder,
    env: { ...own, HOME: folder, PATH: `${folder}:${own['PATH']}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that its children can be ended with it.
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch {
    // Nothing was left running.
  }
  await closed;
  if (code !== 0) throw new Error(`the commands exit with ${code}:\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}
