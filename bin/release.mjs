/**
 * Makes the folder that hosts run: broker, gateway and the whole command as bundles, the pages, and the packages that they load.
 * It has no sources, tests or demo, and needs nothing else but Node. Its packages are those of this clone, whose binaries are for this
 * system and this major version of Node.
 *
 * Usage: node bin/release.mjs [FOLDER]   writes FOLDER (dist/release/countersign-VERSION), and prints its path
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';
import { INSTALL_ONLY, OPTIONAL_RUNTIME_PACKAGES, RUNTIME_PACKAGES } from './runtime-packages.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version, description, license, engines } = readJson('package.json');
const place = resolve(process.argv[2] ?? join(root, 'dist/release', `countersign-${version}`));

await prepare('build');
if (existsSync(place) && readdirSync(place).length > 0) {
  process.stderr.write(`countersign: ${place} is not empty. Name another folder, or remove it.\n`);
  process.exit(1);
}

const { packages: locked } = readJson('package-lock.json');
const chosen = packagePaths();

copyFolder('dist/programs', 'programs');
copyFolder('dist/apps/web', 'apps/web');
copy('LICENSE', 'LICENSE');
copy('bin/compile-cache.mjs', 'bin/compile-cache.mjs');
copy('bin/package/countersign.mjs', 'bin/countersign.mjs', 0o755);
for (const path of chosen) copyFolder(path, path, isNeeded(path));
write('package.json', manifest());
process.stdout.write(`${place}\n`);

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/** Paths in package-lock.json of the packages that the programs load, and of their dependencies. */
function packagePaths() {
  const found = new Set();
  const add = (path) => {
    if (found.has(path)) return;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = locked[path];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (!INSTALL_ONLY.includes(name)) addByName(name, path, name in optionalDependencies);
  };
  const addByName = (name, from, isOptional) => {
    const path = installedFor(name, from);
    if (path !== undefined) add(path);
    else if (!isOptional) throw new Error(`${name}, which ${from || 'a program'} needs, is not installed`);
  };
  for (const name of RUNTIME_PACKAGES) addByName(name, '', false);
  for (const name of OPTIONAL_RUNTIME_PACKAGES) addByName(name, '', true);
  return [...found].sort();
}

/** Where Node finds a package if the one at `from` asks for it. */
function installedFor(name, from) {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/node_modules/')))) {
    const path = `${above === '' ? '' : `${above}/`}node_modules/${name}`;
    if (path in locked && existsSync(join(root, path))) return path;
    if (above === '') return undefined;
  }
}

/** Whether the programs need a file of this package. Sources of binaries and binaries for other systems are half of its size. */
function isNeeded(packagePath) {
  const prebuilt = `prebuilds/${process.platform}-${process.arch}/`;
  return (path) => {
    if (path.startsWith('node_modules/')) return false;
    if (path.startsWith('prebuilds/')) return path.startsWith(prebuilt);
    if (packagePath !== 'node_modules/better-sqlite3') return true;
    return path.startsWith('build/')
      ? path === 'build/Release/better_sqlite3.node'
      : !/^(deps|src)\//.test(path);
  };
}

function manifest() {
  const versionsOf = (names) =>
    Object.fromEntries(
      names
        .filter((name) => chosen.includes(`node_modules/${name}`))
        .map((name) => [name, locked[`node_modules/${name}`].version]),
    );
  const members = {
    ...{ name: 'countersign', version, description, license, private: true, type: 'module', engines },
    bin: { countersign: 'bin/countersign.mjs' },
    dependencies: versionsOf(RUNTIME_PACKAGES),
    optionalDependencies: versionsOf(OPTIONAL_RUNTIME_PACKAGES),
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}

function copyFolder(from, to, isWanted = () => true) {
  for (const entry of readdirSync(join(root, from), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name).slice(join(root, from).length + 1);
    if (entry.isFile() && isWanted(path)) copy(join(from, path), join(to, path));
  }
}

/** Every user may read the files, whatever this user's umask is. */
function copy(from, to, mode = 0o644) {
  makeFolder(dirname(to));
  copyFileSync(join(root, from), join(place, to));
  chmodSync(join(place, to), mode);
}

function write(path, text) {
  makeFolder(dirname(path));
  writeFileSync(join(place, path), text);
  chmodSync(join(place, path), 0o644);
}

function makeFolder(path) {
  const folder = join(place, path);
  if (existsSync(folder)) return;
  if (path !== '.') makeFolder(dirname(path));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}
