import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { eventually } from '../../test/support/eventually.js';
import { isReady } from '../../test/support/program.js';
import { removeFolder, tempFolder } from '../../test/support/temp-folder.js';
import type { Closing } from './closing.js';

/** The path of a program that is not ours; undefined if the machine does not have it. */
export function onPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Starts such a program, which stays in the foreground, until all is taken down. */
export function startForeign(program: string, args: readonly string[], closing: Closing): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  closing.add(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return child;
}

/** A new folder with these files; it is removed at the end. */
export async function folderWith(
  closing: Closing,
  files: (folder: string) => Record<string, string>,
): Promise<string> {
  const folder = await tempFolder('foreign');
  closing.add(() => removeFolder(folder));
  // The workers of some programs run as another user if this is root.
  chmodSync(folder, 0o755);
  for (const [name, text] of Object.entries(files(folder))) writeFileSync(join(folder, name), text);
  return folder;
}

/** Starts a program of the machine; its configuration answers `/ready` with 200. */
export async function startOnPort(
  program: string,
  port: number,
  args: readonly string[],
  closing: Closing,
): Promise<{ origin: string; pids: number[] }> {
  const child = startForeign(program, args, closing);
  const origin = `http://127.0.0.1:${port}`;
  await eventually(`${program} answers`, () => isReady(`${origin}/ready`), 20_000);
  return { origin, pids: [child.pid as number] };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
