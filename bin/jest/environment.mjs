/**
 * The globals of a test file are those of its process: there is no sandbox (see runtime.mjs). What a file changed in
 * them is put back when it has ended.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';
import { costsNow, noteCosts } from './costs.mjs';

/**
 * After a test file, jest replaces a worker whose heap is above `workerIdleMemoryLimit`. Most of such a heap is garbage, and
 * collecting it costs a tenth of loading all modules in another worker. So the worker collects above the first limit. Late in
 * a long run most of the heap is in use: then it collects only after the heap has grown by the second number again.
 */
const COLLECT_ABOVE_BYTES = 350_000_000;
const COLLECT_ADDED_BYTES = 100_000_000;

let collectAbove = COLLECT_ABOVE_BYTES;

function collectGarbage() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  collectAbove = Math.max(COLLECT_ABOVE_BYTES, process.memoryUsage().heapUsed + COLLECT_ADDED_BYTES);
}

export default class NativeEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern;
  #before = snapshot();
  #costs = costsNow();
  #path;

  constructor({ projectConfig }, { testPath }) {
    this.#path = testPath;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    restore(this.#before);
    noteCosts(this.#path, this.#costs);
    if (process.memoryUsage().heapUsed > collectAbove) collectGarbage();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** jest refuses an environment that does not have this method. */
  getVmContext() {
    return null;
  }
}

function snapshot() {
  return {
    globals: Object.getOwnPropertyDescriptors(globalThis),
    variables: { ...process.env },
    folder: process.cwd(),
    exit: process.exit,
    exitCode: process.exitCode,
  };
}

function restore({ globals, variables, folder, exit, exitCode }) {
  for (const key of Reflect.ownKeys(globalThis)) {
    const now = Object.getOwnPropertyDescriptor(globalThis, key);
    const before = globals[key];
    if (!now.configurable) continue;
    if (before === undefined) {
      // Libraries keep their one instance in such places; what jest keeps there holds a whole test file in memory.
      if (typeof key === 'symbol' && key.description === 'JEST_STATE_SYMBOL') delete globalThis[key];
    } else if (now.value !== before.value || now.get !== before.get || now.set !== before.set)
      Object.defineProperty(globalThis, key, before);
  }
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
  process.chdir(folder);
  process.exit = exit;
  process.exitCode = exitCode;
}
