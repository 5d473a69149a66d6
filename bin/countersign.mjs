#!/usr/bin/env node
/** The `countersign` command. In a clone it first installs and builds what is missing; progress goes to stderr. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ready = spawnSync(process.execPath, [join(root, 'bin/prepare.mjs'), 'build'], {
  stdio: ['ignore', 2, 2],
});
if (ready.status !== 0) process.exit(1);
const { main } = await import(new URL('../dist/programs/countersign.js', import.meta.url).href);
await main(process.argv.slice(2));
