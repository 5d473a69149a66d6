/**
 * Runs specs in this process again and again, each time with all sources loaded again. Starting a process for each mutant
 * would take several times as long as its tests.
 *
 * The folder to run in is the working folder. For each message `{ specs, samples }` it sends `{ passes, isClean }`. It must
 * not be used again if it is not clean: what a mutant left open could disturb the next one.
 */
import { runCLI } from 'jest';
import config from '../../jest.config.mjs';

/** A test that waits for what a mutant prevents fails after so long. */
const TEST_MS = 15_000;

const unit = config.projects.find(({ displayName }) => displayName === 'unit');
const ofMutants = JSON.stringify({
  ...unit,
  rootDir: process.cwd(),
  testEnvironment: '<rootDir>/bin/mutation/environment.mjs',
  cacheDirectory: '<rootDir>/.jest',
  testTimeout: TEST_MS,
  // bin/jest/runtime.mjs reads it.
  globals: { reloadsSources: true },
});
const before = new Set(process.getActiveResourcesInfo());

process.on('message', async ({ specs, samples }) => {
  process.env['COUNTERSIGN_TEST_SAMPLES'] = samples;
  const { results } = await runCLI(
    {
      $0: '',
      _: specs,
      config: ofMutants,
      runInBand: true,
      bail: 1,
      silent: true,
      watchman: false,
      reporters: [],
    },
    [process.cwd()],
  );
  const isRun = results.numTotalTests > 0 || results.numRuntimeErrorTestSuites > 0;
  const isClean = process.getActiveResourcesInfo().every((kind) => before.has(kind));
  const failed = results.testResults.flatMap(({ testResults, failureMessage }) =>
    testResults.length === 0
      ? [failureMessage]
      : testResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
  process.send({ passes: isRun && results.success, isClean, isRun, failed });
});
