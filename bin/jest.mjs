#!/usr/bin/env node
/** Runs jest on the named projects with the flags that ES modules need. Further arguments after `--` go to jest. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import config from '../jest.config.mjs';
import { memory } from '../test/support/memory.mjs';
import { newestDebianServer } from '../test/support/postgres/debian-servers.mjs';

/** What these claim holds for a disk. */
const ON_DISK = ['faults', 'alone'];
/** Projects that measure time: their code runs with Node's default compilation, as in production. */
const AS_IN_PRODUCTION = ['alone'];
/**
 * Most functions run only a few times in tests, so optimizing them takes a quarter of the processor time and saves nothing. With this
 * budget a function must run ten times as much before Node optimizes it. There are more workers than processors, so additional
 * threads for garbage collection would only compete with them.
 */
const SHORT_LIVED = ['--interrupt-budget=700000', '--single-threaded-gc'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const cut = args.indexOf('--');
const projects = cut === -1 ? args : args.slice(0, cut);
const rest = cut === -1 ? [] : args.slice(cut + 1);
const known = config.projects.map(({ displayName }) => displayName);
const unknown = projects.filter((name) => !known.includes(name));
if (projects.length === 0 || unknown.length > 0) {
  process.stderr.write(
    `jest: no project ${unknown.join(', ') || 'is named'}; there are ${known.join(', ')}\n`,
  );
  process.exit(2);
}
const flags = [
  '--disable-warning=ExperimentalWarning',
  // A test file loads thousands of modules of which much is garbage at once: most of it then goes cheaply. The old space
  // begins with the size that every worker reaches, so that it is not collected at each step on the way there.
  '--max-semi-space-size=64',
  '--min-semi-space-size=64',
  '--initial-old-space-size=400',
  ...(projects.some((name) => AS_IN_PRODUCTION.includes(name)) ? [] : SHORT_LIVED),
];
const folder = temporaryFolder();
// test/support/samples.ts reads it.
const isFull = projects.includes('soak') || projects.includes('operate');
const counts = isFull ? { COUNTERSIGN_TEST_SAMPLES: 'full' } : {};
// test/support/postgres/supervisor.mjs reads it.
const database = projects.includes('operate')
  ? { COUNTERSIGN_TEST_POSTGRES_BIN: newestDebianServer().bin }
  : {};
// test/support/deadline.ts reads it.
const deadlines = projects.includes('alone') ? { COUNTERSIGN_TEST_DEADLINES: 'exact' } : {};
const jest = spawn(
  process.execPath,
  [...flags, join(root, 'node_modules/jest/bin/jest.js'), ...rest, '--selectProjects', ...projects],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...counts, ...database, ...deadlines, ...(folder && { TMPDIR: folder }) },
  },
);
// An interrupt of the whole terminal reaches jest too; what only this process is sent is passed on.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => jest.kill(signal));
const [status] = await once(jest, 'exit');
if (folder !== null) rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);

/**
 * A run's stores and spools flush thousands of commits. In memory none waits for a disk, nor for who else uses it.
 *
 * @returns null to use the machine's own folder: TMPDIR is set, or too little memory is free
 */
function temporaryFolder() {
  if (process.env.TMPDIR !== undefined || projects.some((name) => ON_DISK.includes(name))) return null;
  const base = memory();
  if (base === null) return null;
  const folder = mkdtempSync(join(base, 'countersign-tests-'));
  // As the one that it stands for: a server that runs as another user reads its programs below it.
  chmodSync(folder, 0o755);
  return folder;
}
