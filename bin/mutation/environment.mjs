import NativeEnvironment from '../jest/environment.mjs';

/** The run under way. spec-worker.mjs begins each. */
export const run = { hasFailed: false };

/** Skips all tests after the first one that fails: one is enough to notice a mutant. jest's own `bail` would end the process. */
export default class FirstFailureEnvironment extends NativeEnvironment {
  handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) run.hasFailed = true;
    if (name === 'test_start' && run.hasFailed) test.mode = 'skip';
  }
}
