#!/usr/bin/env node
/**
 * Makes a clone ready to run: checks Node, installs what the lock file names, builds what changed.
 * Uses Node built-ins only, because it runs before anything is installed. Everything it says goes to
 * stderr: the commands that call it keep stdout for their own answer.
 *
 * Usage: node bin/prepare.mjs install | build | rebuild | openapi | operate
 *
 * `openapi` and `operate` build, and install what `test/openapi` or `test/operate` needs besides.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programFolders } from './program-folders.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MINIMUM_NODE = [20, 19];
const LOCK_WAIT_MS = 10 * 60_000;
const LOCK = join(root, '.prepare.lock');

const say = (text) => process.stderr.write(`countersign: ${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    fail(
      `Node ${MINIMUM_NODE.join('.')} or later is needed, this is ${process.versions.node}. Install a newer Node and try again.`,
    );
  }
}

/** Two terminals may start at once. The folder is the lock; the pid in it shows whether its owner still runs. */
async function withLock(work) {
  const started = Date.now();
  for (let isAnnounced = false; ; ) {
    try {
      mkdirSync(LOCK);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (ownerIsGone()) {
        removeLock();
        continue;
      }
      if (!isAnnounced) say('another terminal is installing or building here; waiting for it …');
      isAnnounced = true;
      if (Date.now() - started > LOCK_WAIT_MS)
        fail(`${LOCK} is still held after 10 minutes. If nothing else runs here, remove it and try again.`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    writeFileSync(join(LOCK, 'pid'), String(process.pid));
    await work();
  } finally {
    removeLock();
  }
}

/** If an owner was killed, the programs that it started may go on writing into the folder for a moment. */
const removeLock = () => rmSync(LOCK, { recursive: true, force: true, maxRetries: 20 });

function ownerIsGone() {
  try {
    const pid = Number(readFileSync(join(LOCK, 'pid'), 'utf8'));
    process.kill(pid, 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    if (error.code === 'ENOENT') return existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs > 2_000;
    return false;
  }
}

async function run(command, args, what, env = process.env, cwd = root) {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`${what} failed; the lines above say why.`);
}

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Tests with packages of their own, which nothing else needs. */
const TESTS_WITH_PACKAGES = ['openapi', 'operate'];

const SQLITE = 'node_modules/better-sqlite3';
const SQLITE_BINARY = 'build/Release/better_sqlite3.node';

/**
 * How SQLite is compiled. Compiling all of it takes 51 s of processor time with the package's own -O3, 34 s with -O2 and 18 s with
 * -O1. SQLite is as fast with -O2 as with -O3. With -O1 reads take about a tenth longer, which is too much: hosts run the broker
 * from a clone, too. The indexes for full text and for rectangles take a fifth of that time, and nothing here uses them. node-gyp
 * puts these flags after the package's own, so `-U` takes back what the package defines.
 */
const SQLITE_FLAGS = [
  '-O2',
  ...['FTS3', 'FTS4', 'FTS5', 'RTREE', 'GEOPOLY'].map((name) => `-USQLITE_ENABLE_${name}`),
].join(' ');

const npm = (folder, args, what = `npm ${args[0]}`, env = process.env) =>
  run('npm', [...args, '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'], what, env);

/** Programs that run may have the file open, and other folders may share it by a link: it is replaced as a whole. */
function replaceFile(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

/**
 * Puts the packages in place, and begins to compile those that come as source. A build needs none of these, so it can run
 * meanwhile. If only the major version of Node has changed, the packages stay, and only their binaries are made again.
 *
 * @param folder has a package-lock.json
 * @returns {Promise<() => Promise<void>>} waits until all is compiled
 */
async function install(folder) {
  const lockFile = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const wanted = createHash('sha256').update(lockFile).update(process.versions.modules).digest('hex');
  const locked = createHash('sha256').update(lockFile).digest('hex');
  const modules = join(folder, 'node_modules');
  const stamp = join(modules, '.countersign-installed');
  const [installed, installedFrom] = read(stamp).split('\n');
  if (installed === wanted) return async () => {};
  const arePlaced = installedFrom === locked;
  // `npm ci` first empties the folder. Through a link it would empty the folder of another clone.
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink())
    fail(
      'node_modules is a link, and its packages are not those of package-lock.json. Remove the link, or install in the folder that it leads to.',
    );
  say(installMessage(folder, arePlaced));
  const { packages } = JSON.parse(lockFile);
  const sqlite = SQLITE in packages ? compileSqlite(packages) : undefined;
  const placed = arePlaced ? Promise.resolve() : npm(folder, ['ci', '--ignore-scripts']);
  const compiled = allOf([
    placed.then(() => runInstallScripts(folder, packages)),
    sqlite?.then(async (binary) => {
      await placed;
      replaceFile(binary, join(folder, SQLITE, SQLITE_BINARY));
    }),
  ]);
  // If `npm ci` fails, the build of SQLite ends before the lock is given back.
  await placed.catch(() => compiled);
  // The caller gets this error when it waits for `compiled`. Until then Node must not end because of it.
  compiled.catch(() => {});
  return async () => {
    await compiled;
    writeFileSync(stamp, `${wanted}\n${locked}\n`);
  };
}

function installMessage(folder, arePlaced) {
  if (arePlaced)
    return `rebuild needed: this is another major version of Node (${process.versions.node}) than the packages were installed with; building their binaries again …`;
  return folder === root
    ? 'installing packages (about a minute the first time) …'
    : `installing what ${folder.slice(root.length + 1)} needs …`;
}

/**
 * Compiles SQLite, or downloads the binary that its package offers for this machine. Compiling takes longer than `npm ci`, so
 * both run at the same time. SQLite is compiled in a folder of its own, with the same versions. That folder is removed with the lock.
 *
 * @param packages of package-lock.json
 * @returns {Promise<string>} where the binary is
 */
async function compileSqlite(packages) {
  const folder = join(LOCK, 'sqlite');
  const dependencies = { [nameOf(SQLITE)]: packages[SQLITE].version };
  const lockFile = {
    lockfileVersion: 3,
    packages: { '': { dependencies }, ...withDependencies(SQLITE, packages) },
  };
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies }));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lockFile));
  const env = { CFLAGS: SQLITE_FLAGS, ...ownHeaders(), ...process.env };
  await npm(folder, ['ci'], 'the build of SQLite', env);
  const opens = 'new (require("better-sqlite3"))(":memory:")';
  const what = `to open SQLite with the binary for Node ${process.versions.node} (are its headers of this version? npm config get nodedir)`;
  await run(process.execPath, ['-e', opens], what, process.env, folder);
  return join(folder, SQLITE, SQLITE_BINARY);
}

/** The headers that came with this Node, if there are some: those that a setting of npm names may be of another version. */
function ownHeaders() {
  const nodedir = dirname(dirname(process.execPath));
  return existsSync(join(nodedir, 'include/node/node_version.h')) ? { npm_config_nodedir: nodedir } : {};
}

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The part of package-lock.json that a package needs, with what it depends on. */
function withDependencies(wanted, packages) {
  const found = {};
  const add = (top) => {
    for (const [path, entry] of Object.entries(packages)) {
      const isOfIt = path === top || path.startsWith(`${top}/node_modules/`);
      if (!isOfIt || path in found) continue;
      found[path] = entry;
      for (const name of Object.keys(entry.dependencies ?? {})) add(`node_modules/${name}`);
    }
  };
  add(wanted);
  return found;
}

/** Runs the install scripts of the packages in place. SQLite's is not among them. */
async function runInstallScripts(folder, packages) {
  const names = Object.keys(packages)
    .filter((path) => packages[path].hasInstallScript && path !== SQLITE && existsSync(join(folder, path)))
    .map(nameOf);
  if (names.length > 0) await npm(folder, ['rebuild', ...names]);
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourceFiles(path);
    return entry.name.endsWith('.spec.ts') ? [] : [path];
  });
}

/** What is built on its own: from which files, and how. Each part leaves the other's output alone. */
const PARTS = [
  {
    name: 'programs',
    stamp: '.countersign-built',
    sources: () => programFolders(root),
    settings: [
      'tsconfig.json',
      'tsconfig.build.json',
      'bin/compile.mjs',
      'bin/program-folders.mjs',
      'bin/swc-options.mjs',
    ],
    clean: () => {
      for (const path of distEntries()) if (path !== join('apps', 'web')) remove(path);
    },
    // `npm run build` also checks the types. Starting and testing need only the output.
    run: async (checked) => {
      if (checked)
        await run(
          process.execPath,
          [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--noEmit'],
          'the check of the types',
        );
      await run(process.execPath, [join(root, 'bin/compile.mjs')], 'the build of the programs');
      await run(process.execPath, [join(root, 'bin/bundle.mjs')], 'the bundling of the programs');
    },
  },
  {
    name: 'pages',
    stamp: '.countersign-pages-built',
    sources: () => [
      'apps/web',
      ...['access', 'audit-log', 'authorization', 'contract', 'log-verifier', 'wording'].map(
        (lib) => `libs/${lib}`,
      ),
    ],
    settings: [],
    clean: () => remove(join('apps', 'web')),
    run: async () => {
      // The others write the pages that customers keep as one file into the folder of the first.
      for (const config of ['vite.config.ts', 'vite.signing.config.ts', 'vite.verifier.config.ts'])
        await run(
          process.execPath,
          [
            join(root, 'node_modules/vite/bin/vite.js'),
            'build',
            '--config',
            `apps/web/${config}`,
            '--logLevel',
            'warn',
          ],
          'the build of the pages',
        );
    },
  },
];

const remove = (path) => rmSync(join(root, 'dist', path), { recursive: true, force: true });

/** Entries of dist/, those of dist/apps one by one. */
function distEntries() {
  const names = (path) => (existsSync(join(root, 'dist', path)) ? readdirSync(join(root, 'dist', path)) : []);
  return [
    ...names('').filter((name) => name !== 'apps' && !PARTS.some(({ stamp }) => stamp === name)),
    ...names('apps').map((name) => join('apps', name)),
  ];
}

function sourceHash({ sources, settings }) {
  const hash = createHash('sha256');
  const files = [
    ...sources().flatMap((folder) => sourceFiles(join(root, folder))),
    ...[...settings, 'package-lock.json', 'bin/prepare.mjs', 'bin/bundle.mjs'].map((name) =>
      join(root, name),
    ),
  ];
  for (const file of files.sort()) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds all parts at once: each uses little more than one processor, and none reads the output of another. */
async function build(force) {
  await allOf(PARTS.map((part) => buildPart(part, force)));
}

async function buildPart(part, force) {
  const stamp = join(root, 'dist', part.stamp);
  const wanted = sourceHash(part);
  if (!force && read(stamp) === wanted) return;
  say(`building the ${part.name} …`);
  rmSync(stamp, { force: true });
  part.clean();
  await part.run(force);
  writeFileSync(stamp, wanted);
}

/** Waits until all have ended, also if one of them fails. */
async function allOf(works) {
  for (const { reason } of await Promise.allSettled(works)) if (reason !== undefined) throw reason;
}

/** @param mode as in the usage above. Ends the process if something cannot be installed or built. */
export async function prepare(mode) {
  checkNode();
  const modes = ['install', 'build', 'rebuild', ...TESTS_WITH_PACKAGES];
  if (!modes.includes(mode)) fail(`usage: prepare.mjs ${modes.join('|')}`);
  try {
    await withLock(() => installAndBuild(mode));
  } catch (error) {
    fail(error.message);
  }
}

async function installAndBuild(mode) {
  const compiled = [await install(root)];
  if (TESTS_WITH_PACKAGES.includes(mode)) compiled.push(await install(join(root, 'test', mode)));
  const built = mode === 'install' ? undefined : build(mode === 'rebuild');
  // All of it ends before the lock is given back.
  await allOf([built, ...compiled.map((wait) => wait())]);
}

const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url))
  await prepare(process.argv[2]);
