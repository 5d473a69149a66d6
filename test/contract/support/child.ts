import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../support/root.js';
import type { WriterReport } from './log-kills.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface Writer {
  process: ChildProcess;
  /** How many units the process has said to be committed. */
  committed(): number;
  /** Settles when the process has ended, with its exit code or the signal that ended it. */
  ended: Promise<number | string>;
  /** Settles when so many units are committed, or the process has ended. */
  reached(count: number): Promise<void>;
}

const PROGRAMS = ['log-writer', 'rotator', 'sealer', 'widener', 'writer'] as const;

/** The programs as they are in the sources, built or not; bundled once for all processes of this run. */
function bundles(): string {
  const folder = process.env['COUNTERSIGN_TEST_PROGRAMS'];
  if (folder === undefined) throw new Error('the run has no folder for programs: see global-setup.mjs');
  if (existsSync(folder)) return folder;
  const newFolder = mkdtempSync(join(tmpdir(), 'countersign-programs-'));
  // There they find the packages.
  symlinkSync(join(root, 'node_modules'), join(newFolder, 'node_modules'));
  const programs = PROGRAMS.map((name) => `${name}=${here(`./${name}.ts`)}`);
  execFileSync(process.execPath, [here('./bundle.mjs'), newFolder, ...programs], { stdio: ['ignore', 2, 2] });
  try {
    renameSync(newFolder, folder);
  } catch (error) {
    // Another process was quicker.
    if (!existsSync(folder)) throw error;
    rmSync(newFolder, { recursive: true, force: true });
  }
  return folder;
}

function start(program: (typeof PROGRAMS)[number], parameters: string[]): Pick<Writer, 'process' | 'ended'> {
  const process = fork(join(bundles(), `${program}.mjs`), parameters, {
    env: { PATH: globalThis.process.env['PATH'] },
  });
  const ended = once(process, 'exit').then(([code, signal]) => (signal ?? code) as number | string);
  return { process, ended };
}

/** Rotates the master key in a second process, which kills itself on the way (`rotator.ts`). @returns what ended it */
export const dieWhileRotating = (url: string): Promise<number | string> => start('rotator', [url]).ended;

/** Writes the daily leaves in a second process (`sealer.ts`). @returns its exit code */
export const sealInProcess = (url: string, now: Date): Promise<number | string> =>
  start('sealer', [url, now.toISOString()]).ended;

/** Runs the scheduler in a second process, which kills itself at that step of a widening (`widener.ts`). @returns what ended it */
export const dieWhileWidening = (url: string, now: Date, step: string): Promise<number | string> =>
  start('widener', [url, now.toISOString(), step]).ended;

/** Starts a process that appends to logs and signs checkpoints until it is killed (`log-writer.ts`). */
export function startLogWriter(
  url: string,
  name: string,
  take: (report: WriterReport) => void,
): Pick<Writer, 'process' | 'ended'> {
  const writer = start('log-writer', [url, name]);
  writer.process.on('message', (report) => take(report as WriterReport));
  return writer;
}

/** Starts a second process that writes units of work to the database (`writer.ts`). */
export function startWriter(url: string, tenant: string, count: number, die = false): Writer {
  const { process, ended } = start('writer', [url, tenant, String(count), ...(die ? ['die'] : [])]);
  let committed = 0;
  process.on('message', () => {
    committed += 1;
  });
  return {
    process,
    ended,
    committed: () => committed,
    reached: async (wanted) => {
      let over = false;
      void ended.then(() => {
        over = true;
      });
      while (committed < wanted && !over) await Promise.race([once(process, 'message'), ended]);
    },
  };
}
