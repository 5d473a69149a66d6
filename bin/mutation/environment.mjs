import NativeEnvironment from '../jest/environment.mjs';

/** Skips the rest of a test file after the first test that fails: one is enough to notice a mutant. */
export default class FirstFailureEnvironment extends NativeEnvironment {
  #hasFailed = false;

  handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) this.#hasFailed = true;
    if (name === 'test_start' && this.#hasFailed) test.mode = 'skip';
  }
}
