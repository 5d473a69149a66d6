import { taggedSpecs } from './bin/jest/tagged-specs.mjs';
import { SWC_OPTIONS } from './bin/swc-options.mjs';

const swc = ['@swc/jest', { ...SWC_OPTIONS, sourceMaps: 'inline' }];

const project = (displayName, testMatch) => ({
  displayName,
  // All projects transform alike, and so share one cache.
  id: 'countersign',
  rootDir: '.',
  testEnvironment: '<rootDir>/bin/jest/environment.mjs',
  runtime: '<rootDir>/bin/jest/runtime.mjs',
  testMatch,
  // Not the temporary folder: bin/jest.mjs gives each run another.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  transform: { '^.+\\.ts$': swc },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@countersign/config/gateway$': '<rootDir>/libs/config/src/gateway.ts',
    '^@countersign/access/policy$': '<rootDir>/libs/access/src/policy/index.ts',
    '^@countersign/authorization/context$': '<rootDir>/libs/authorization/src/context/index.ts',
    '^@countersign/authorization/mint$': '<rootDir>/libs/authorization/src/token/mint/index.ts',
    '^@countersign/authorization/signatures$': '<rootDir>/libs/authorization/src/signatures.ts',
    '^@countersign/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/data/'],
});

/** The projects of `npm test` leave out what only the soak runs. */
const quick = (made) => ({ ...made, testPathIgnorePatterns: ['\\.soak\\.spec\\.ts$'] });

/** Projects that need a PostgreSQL server share the one that the run starts. */
const withPostgres = (made) => ({
  ...made,
  globalSetup: '<rootDir>/test/support/postgres/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/postgres/global-teardown.mjs',
});

/** Projects that need a browser share the one that the run starts. */
const withBrowser = (made) => ({
  ...made,
  globalSetup: '<rootDir>/test/browser/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/browser/support/global-teardown.mjs',
});

/** Projects that need both. */
const withBoth = (made) => ({
  ...made,
  globalSetup: '<rootDir>/test/support/both/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/both/global-teardown.mjs',
  // Some are browser tests: without the first, each page that they opened would go on polling its site until the file ends. Some
  // are end-to-end tests, whose answers are checked.
  setupFilesAfterEnv: ['<rootDir>/test/browser/each-test.ts', '<rootDir>/test/e2e/checked-answers.ts'],
});

export default {
  // Three more than the two cores that are reckoned with: much of the time a test waits for a deadline to pass.
  maxWorkers: 5,
  // A worker loads each module once and keeps it. One that has grown so large is replaced: its collector would be slow.
  workerIdleMemoryLimit: '500MB',
  // jest ends a worker that has not ended by itself in time, and reports a leak. Half a second is too short on a busy machine.
  workerGracefulExitTimeout: 15_000,
  testSequencer: '<rootDir>/bin/jest/sequencer.mjs',
  // Generous: a busy machine is no failure. Helpers that wait for a condition give up earlier, and name it.
  testTimeout: 240_000,
  reporters: ['default', '<rootDir>/bin/jest-summary.mjs'],
  projects: [
    quick(project('unit', ['<rootDir>/{libs,apps}/**/*.spec.ts', '<rootDir>/test/lint/**/*.spec.ts'])),
    quick(withPostgres(project('contract', ['<rootDir>/test/contract/**/*.spec.ts']))),
    {
      ...quick(withPostgres(project('e2e', ['<rootDir>/test/e2e/**/*.spec.ts']))),
      setupFilesAfterEnv: ['<rootDir>/test/e2e/checked-answers.ts'],
    },
    {
      ...quick(withBrowser(project('browser', ['<rootDir>/test/browser/**/*.spec.ts']))),
      setupFilesAfterEnv: ['<rootDir>/test/browser/each-test.ts'],
    },
    withPostgres(project('log', ['<rootDir>/test/log/**/*.spec.ts'])),
    withBrowser(project('proxies', ['<rootDir>/test/proxies/**/*.spec.ts'])),
    withPostgres(
      project('operate', ['<rootDir>/test/operate/**/*.spec.ts', '<rootDir>/test/contract/plans.spec.ts']),
    ),
    project('openapi', ['<rootDir>/test/openapi/**/*.spec.ts']),
    project('clients', ['<rootDir>/test/clients/**/*.spec.ts']),
    project('faults', ['<rootDir>/test/faults/**/*.spec.ts']),
    // These hold deadlines, or kill by the hundred: they want both cores, one after the other.
    withBoth(project('alone', ['<rootDir>/test/alone/**/*.spec.ts', ...taggedSpecs('alone')])),
    withBoth(
      project('soak', [
        '<rootDir>/test/soak/**/*.spec.ts',
        '<rootDir>/{libs,apps,test}/**/*.soak.spec.ts',
        ...taggedSpecs('soak'),
      ]),
    ),
  ],
};
