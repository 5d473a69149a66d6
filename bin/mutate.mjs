#!/usr/bin/env node
/**
 * Mutation testing: changes one small thing at a time, in a copy of the tree, and runs the specs beside it. A test has to fail.
 *
 * - The checks of tokens, calls, countersignatures and statements: each step or rule in a list of them is removed in turn, in some
 *   files also each guard (bin/mutation/operators.mjs), and every removal has to turn a test red. The fast readers of tokens are
 *   changed in every way, and every change has to turn a test red.
 * - The gateway's HTTP/1.1: everything is changed that the usual operators change (bin/mutation/operators.mjs), and at least
 *   95 % of it has to turn a test red. A run that hangs counts as red.
 *
 * `npm run test:mutation` runs them all, and fails if too many survive; `-- TEXT` only those whose path or name has the text, such
 * as `-- http1/` or `-- http1/fields.ts`, and `-- TEXT 100` a hundred of these, taken at random.
 *
 * `bin/mutation/equivalent.json` lists the survivors whose effect no test can see, each with the reason. They do not count. An
 * entry that names no change of these files fails the run: the code has changed, and the reason may no longer be true.
 */
import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutantsOf } from './mutation/operators.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const VERIFY = 'libs/authorization/src';
/**
 * `operators`: what is changed in each file (bin/mutation/operators.mjs); undefined: nothing. `atLeast`: the percentage that has
 * to turn a test red. `samples`: how often randomised tests run. `except`: specs that do not run, because what they notice
 * depends on chance.
 */
const CHECKS = { operators: () => 'guards', atLeast: 100, samples: 'full', except: [] };
const TARGETS = [
  { ...CHECKS, folder: `${VERIFY}/countersignature` },
  { ...CHECKS, folder: `${VERIFY}/trust` },
  {
    ...CHECKS,
    folder: `${VERIFY}/call`,
    operators: (name) => (/^(?:countersign-steps|named-tenants)\.ts$/.test(name) ? 'guards' : 'entries'),
  },
  {
    ...CHECKS,
    folder: `${VERIFY}/token`,
    operators: (name) => (name === 'minted-form.ts' ? 'changes' : 'entries'),
  },
  {
    ...CHECKS,
    folder: 'libs/contract/src/terms',
    operators: (name) => (name === 'terms-shape.ts' ? 'changes' : undefined),
  },
  { ...CHECKS, folder: 'libs/contract/src/statement', operators: () => 'entries' },
  {
    folder: 'apps/gateway/src/http1',
    operators: () => 'changes',
    atLeast: 95,
    samples: 'quick',
    except: ['/(?:differential|sent-to-clients)\\.spec\\.ts$'],
  },
];
const EQUIVALENT = new Map(
  Object.entries(JSON.parse(readFileSync(join(root, 'bin/mutation/equivalent.json'), 'utf8'))),
);
/** A run that takes longer hangs: no time limit within it applies to an endless loop. */
const RUN_MS = 120_000;

function copyOfTree() {
  const copy = mkdtempSync(join(tmpdir(), 'mutate-'));
  for (const part of [
    'libs',
    'test',
    'apps/gateway',
    'package.json',
    'jest.config.mjs',
    'tsconfig.json',
    'docs/schemas',
    'bin',
  ])
    cpSync(join(root, part), join(copy, part), {
      recursive: true,
      filter: (path) => basename(path) !== 'node_modules',
    });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** The specs that have the name of a file, such as `a.spec.ts` and `a-time.spec.ts` of `a.ts`. */
function ownSpecs(path) {
  const name = basename(path, '.ts');
  return readdirSync(join(root, dirname(path)))
    .filter((spec) => spec.startsWith(name) && /^(?:-[a-z]+)?\.spec\.ts$/.test(spec.slice(name.length)))
    .map((spec) => join(dirname(path), spec));
}

/** A copy of the tree with a process that runs specs in it. One mutant at a time. */
class Bench {
  #folder = copyOfTree();
  #worker;

  /** Writes a mutant, runs the specs of its file and then those of its folder, and puts the source back. */
  async notices({ path, text, start, end, replacement }, target) {
    const file = join(this.#folder, path);
    writeFileSync(file, text.slice(0, start) + replacement + text.slice(end));
    try {
      const own = ownSpecs(path);
      if (own.length > 0 && !(await this.specsPass(own, target))) return true;
      return !(await this.specsPass([`${target.folder}/`], target));
    } finally {
      writeFileSync(file, text);
    }
  }

  /** A run that hangs does not pass. */
  async specsPass(specs, { samples, except }) {
    this.#worker ??= fork(join(this.#folder, 'bin/mutation/spec-worker.mjs'), {
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const worker = this.#worker;
    worker.send({ specs, samples, except });
    const result = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), RUN_MS);
      const end = (value) => {
        clearTimeout(timer);
        worker.removeAllListeners();
        resolve(value);
      };
      worker.once('message', end);
      worker.once('exit', () => end(undefined));
    });
    if (result?.isClean !== true) this.#stop();
    if (result?.isRun === false) throw new Error(`no test ran of ${specs.join(', ')}`);
    return result?.passes === true;
  }

  #stop() {
    this.#worker?.kill('SIGKILL');
    this.#worker = undefined;
  }

  remove() {
    this.#stop();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Tries the mutants of a target, several at a time. Returns how many a test noticed, and which ones survive. */
async function tryAll(target, mutants, benches) {
  const result = { killed: 0, excused: 0, survivors: [] };
  const left = [...mutants];
  const work = async (bench) => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const isNoticed = await bench.notices(mutant, target);
      const isExcused = !isNoticed && EQUIVALENT.has(mutant.name);
      if (isNoticed) result.killed += 1;
      else if (isExcused) result.excused += 1;
      else result.survivors.push(mutant.name);
      process.stdout.write(`${isNoticed ? 'red' : isExcused ? 'same' : 'SURVIVES'}  ${mutant.name}\n`);
    }
  };
  await Promise.all(benches.map(work));
  return result;
}

const percent = (part, whole) => (whole === 0 ? 0 : Math.round((part / whole) * 1_000) / 10);

/** All changes of the files of a target. */
function allMutants({ folder, operators }) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && operators(name) !== undefined)
    .flatMap((name) => mutantsOf(root, join(folder, name), operators(name)));
}

/** Throws if an entry of the list of equivalent mutants names none. */
function requireKnown(mutants) {
  const known = new Set(mutants.map(({ name }) => name));
  const odd = [...EQUIVALENT.keys()].filter((name) => !known.has(name));
  if (odd.length > 0) throw new Error(`bin/mutation/equivalent.json names no change: ${odd.join('; ')}`);
}

/** At most `count` of the mutants, taken at random. */
function sampleOf(mutants, count) {
  const left = [...mutants];
  const taken = [];
  while (taken.length < count && left.length > 0)
    taken.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return taken;
}

const targets = TARGETS.map((target) => ({ target, all: allMutants(target) }));
requireKnown(targets.flatMap(({ all }) => all));
const [wanted = '', sample = Number.POSITIVE_INFINITY] = process.argv.slice(2);
// More than processors: tests wait for each other's bytes most of the time.
const benches = Array.from({ length: 2 * availableParallelism() }, () => new Bench());
let fails = true;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    for (const bench of benches) bench.remove();
    process.exit(1);
  });
try {
  const results = [];
  for (const { target, all } of targets) {
    const mutants = all.filter(({ path, name }) => path.includes(wanted) || name.includes(wanted));
    if (mutants.length === 0) continue;
    if (!(await benches[0].specsPass([`${target.folder}/`], target)))
      throw new Error(`the specs of ${target.folder} fail before anything is changed`);
    results.push({ target, ...(await tryAll(target, sampleOf(mutants, Number(sample)), benches)) });
  }
  fails = results.length === 0;
  for (const { target, killed, excused, survivors } of results) {
    const score = percent(killed, killed + survivors.length);
    if (score < target.atLeast) fails = true;
    for (const name of survivors) process.stdout.write(`survives: ${name}\n`);
    process.stdout.write(
      `${target.folder}: ${killed} of ${killed + survivors.length} changes turn a test red (${score} %, at least ${target.atLeast} %); ${excused} change nothing that can be seen\n`,
    );
  }
} finally {
  for (const bench of benches) bench.remove();
}
process.exit(fails ? 1 : 0);
