#!/usr/bin/env node
/** Runs jest on the named projects with the flags that ES modules need. Further arguments after `--` go to jest. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import config from '../jest.config.mjs';

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
const flags = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`;
const done = spawnSync(
  process.execPath,
  [join(root, 'node_modules/jest/bin/jest.js'), ...rest, '--selectProjects', ...projects],
  { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: flags.trim() } },
);
process.exit(done.status ?? 1);
