/**
 * Runs specs in this process again and again, each time with all sources loaded again. Starting a process for each mutant
 * would take several times as long as its tests.
 *
 * The folder to run in is the working folder. For each message `{ specs, samples, except }` it sends `{ passes, isRun, isClean }`. It
 * must not be used again if it is not clean: what a mutant left open could disturb the next one.
 */
import { runCLI } from 'jest';
import config from '../../jest.config.mjs';
import { run } from './environment.mjs';

/** A test that waits for what a mutant prevents fails after so long. */
const TEST_MS = 15_000;

const unit = config.projects.find(({ displayName }) => displayName === 'unit');
const ofMutants = {
  ...unit,
  rootDir: process.cwd(),
  testEnvironment: '<rootDir>/bin/mutation/environment.mjs',
  cacheDirectory: '<rootDir>/.jest',
  testTimeout: TEST_MS,
  // bin/jest/runtime.mjs reads it.
  globals: { reloadsSources: true },
};
/** What tests open: servers and connections. */
const OPENED = /^(?:TCP|TLS)/;

process.on('message', async ({ specs, samples, except }) => {
  process.env['COUNTERSIGN_TEST_SAMPLES'] = samples;
  run.hasFailed = false;
  const { results } = await runCLI(
    {
      $0: '',
      _: specs,
      config: JSON.stringify({ ...ofMutants, testPathIgnorePatterns: except }),
      runInBand: true,
      silent: true,
      watchman: false,
      passWithNoTests: true,
      reporters: [],
    },
    [process.cwd()],
  );
  const isRun = results.numTotalTests > 0 || results.numRuntimeErrorTestSuites > 0;
  // What was closed goes in the next turns.
  await new Promise((resolve) => setTimeout(resolve, 10));
  const isClean = !process.getActiveResourcesInfo().some((kind) => OPENED.test(kind));
  process.send({ passes: results.success && !run.hasFailed, isRun, isClean });
});
