/**
 * The runtime of jest without its sandbox: test files and what they import are loaded by Node itself. A worker then
 * loads each module once, not once a test file; with the sandbox, loading took more time than testing.
 *
 * What this costs is isolation: the test files of one worker share the state of the modules that they import, and the
 * globals. `environment.mjs` puts back what a file left changed; CONTRIBUTING.md has the rules for the rest.
 */
import { createRequire, register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import Runtime from 'jest-runtime';
import { TRANSFORM_OPTIONS } from './loader.mjs';

const require = createRequire(import.meta.url);
const asyncHooks = require('node:async_hooks');

/** jest-circus keeps its handlers here across loads of itself; they must not outlive the file that they served. */
const CIRCUS_HANDLERS = Symbol.for('EVENT_HANDLERS');
/** Where jest-circus keeps how often a failed test is tried again. */
const RETRY_TIMES = Symbol.for('RETRY_TIMES');
/** Where the loader's stand-in for `@jest/globals` finds what the running test file may use. */
const JEST_GLOBALS = Symbol.for('countersign.test.globals');

let registered = false;
let filesRun = 0;

export default class NativeRuntime extends Runtime {
  /** Counts the files of this process. A setup file is loaded for each of them again. */
  #run = ++filesRun;
  #sourceMaps;
  #from;

  constructor(config, environment, resolver, transformer, cacheFS, coverage, testPath, globalConfig) {
    super(config, environment, resolver, transformer, cacheFS, coverage, testPath, globalConfig);
    this.#from = testPath;
    this.#sourceMaps = new SourceMaps(transformer, coverage);
    if (registered) return;
    registered = true;
    // A watching jest may run changed files in this process, where the old ones stay loaded. So does mutation testing.
    const reload = globalConfig.watch || globalConfig.watchAll || config.globals.reloadsSources === true;
    register('./loader.mjs', import.meta.url, { data: { config, coverage, reload } });
  }

  /** `import` loads either kind. */
  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    globalThis[JEST_GLOBALS] = () => ({
      ...this.jestGlobals.envGlobals(),
      jest: this.jestGlobals.jestObjectFor(this.#from),
    });
    return await import(`${pathToFileURL(path).href}?run=${this.#run}`);
  }

  requireInternalModule(from, to) {
    const path = to === undefined ? from : createRequire(from).resolve(to);
    if (!/jestAdapterInit/.test(path)) return require(path);
    // Its state is of one test file.
    delete require.cache[path];
    delete globalThis[CIRCUS_HANDLERS];
    return loadCircus(path);
  }

  /** `builtin`: jest's `process.getBuiltinModule` calls this with the name of the module. */
  requireModule(path, builtin) {
    return require(builtin ?? path);
  }

  getSourceMaps() {
    return this.#sourceMaps;
  }
}

/**
 * jest-circus keeps the running test in an `AsyncLocalStorage`, to find the test that an error belongs to. For each such storage
 * Node does work for each promise of the process, and each load of jest-circus makes another: some hundredths of a test run.
 * Here the tests of a process run one after another, so a plain member is enough.
 */
function loadCircus(path) {
  const { AsyncLocalStorage } = asyncHooks;
  asyncHooks.AsyncLocalStorage = RunningTest;
  try {
    return require(path);
  } finally {
    asyncHooks.AsyncLocalStorage = AsyncLocalStorage;
  }
}

/**
 * As much of an `AsyncLocalStorage` as jest-circus uses, for work that does not overlap. A late error counts for the test that runs
 * when it arrives, so tests may neither overlap nor be tried again: a second try could hide an error of another test.
 */
class RunningTest {
  #store;

  getStore() {
    return this.#store;
  }

  /** Begins a moment later, so that no stack of a failed test has this function in it. */
  run(store, work) {
    const before = this.#store;
    if (before?.test !== undefined && before.test !== store.test)
      throw new Error('test.concurrent is not supported here: see bin/jest/runtime.mjs');
    if (Number(globalThis[RETRY_TIMES]) > 0)
      throw new Error('jest.retryTimes is not supported here: see bin/jest/runtime.mjs');
    this.#store = store;
    const done = Promise.resolve().then(work);
    return done.finally(() => {
      this.#store = before;
    });
  }
}

/** Where the source map of a loaded file is. Only code that prints a stack needs it, so it is looked up then. */
class SourceMaps extends Map {
  #transformer;
  #options;

  constructor(transformer, coverage) {
    super();
    this.#transformer = transformer;
    this.#options = { ...TRANSFORM_OPTIONS, ...coverage };
  }

  get(name) {
    const path = name.startsWith('file:') ? fileURLToPath(name) : name;
    if (!path.endsWith('.ts')) return undefined;
    return this.#transformer.transform(path, this.#options).sourceMapPath ?? undefined;
  }
}
