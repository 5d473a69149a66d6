#!/usr/bin/env node
/**
 * `node bin/coverage.mjs`: runs the specs of the gateway's HTTP/1.1 with all code in it counted, and fails if they do not take
 * every branch. No bytes of a stranger may take a way that no test has taken.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDER = 'apps/gateway/src/http1';
const LEAST = { branches: 100, lines: 100 };

const report = mkdtempSync(join(tmpdir(), 'coverage-'));
const { status } = spawnSync(
  process.execPath,
  [
    'bin/jest.mjs',
    'unit',
    '--',
    `${FOLDER}/`,
    '--silent',
    '--coverage',
    `--collectCoverageFrom=${FOLDER}/*.ts`,
    '--coverageReporters=text',
    `--coverageDirectory=${report}`,
    `--coverageThreshold=${JSON.stringify({ global: LEAST })}`,
  ],
  { cwd: root, stdio: 'inherit' },
);
rmSync(report, { recursive: true, force: true });
process.exit(status ?? 1);
