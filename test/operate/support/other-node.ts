import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../support/root.js';
import { specFolder } from '../../support/spec-folder.js';

/** Another version of Node, from the package of it in the npm registry, with its headers. @returns its program */
export function installNode(major: number): string {
  const folder = specFolder();
  chmodSync(folder, 0o755);
  const name = `node-${process.platform}-${process.arch}`;
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  execFileSync('npm', [...args, `${name}@${major}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'node_modules', name, 'bin/node');
}

type Locked = { packages: Record<string, { dependencies?: Record<string, string>; version?: string }> };

/** The part of a clone that `bin/prepare.mjs install` reads, with SQLite as the one package: the others have no binary for one Node. */
export class SmallClone {
  readonly folder = specFolder();

  constructor() {
    mkdirSync(join(this.folder, 'bin'));
    for (const file of ['prepare.mjs', 'program-folders.mjs'])
      copyFileSync(join(root, 'bin', file), join(this.folder, 'bin', file));
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Locked;
    const ownPackages: Locked['packages'] = {};
    const keep = (path: string) => {
      const entry = packages[path];
      if (entry === undefined || path in ownPackages) return;
      ownPackages[path] = entry;
      for (const [other, its] of Object.entries(packages))
        if (other.startsWith(`${path}/`)) ownPackages[other] = its;
      for (const name of Object.keys(entry.dependencies ?? {})) keep(`node_modules/${name}`);
    };
    keep('node_modules/better-sqlite3');
    const dependencies = { 'better-sqlite3': packages['node_modules/better-sqlite3']?.version };
    const write = (name: string, content: object) =>
      writeFileSync(join(this.folder, name), JSON.stringify(content));
    write('package.json', { name: 'small', private: true, dependencies });
    write('package-lock.json', { lockfileVersion: 3, packages: { '': { dependencies }, ...ownPackages } });
  }

  /** Where SQLite's binary is. */
  get binary(): string {
    return join(this.folder, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node');
  }

  /** What `prepare.mjs install` of this clone writes if this Node runs it. */
  prepare(node: string): string {
    // As in a shell: the variables that npm sets for its scripts name the Node of the tests, and binaries would be made for that.
    const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
    // The compiler need not optimize: it would take most of the time of the test.
    const path = `${dirname(node)}:${process.env['PATH'] ?? ''}`;
    const env = { ...Object.fromEntries(inherited), CFLAGS: '-O0', PATH: path };
    // It writes to stderr alone.
    const command = `"${node}" "${join(this.folder, 'bin/prepare.mjs')}" install 2>&1`;
    return execFileSync('sh', ['-c', command], { env, encoding: 'utf8' });
  }

  /** Whether this Node opens SQLite here. */
  opens(node: string): boolean {
    try {
      const script = 'new (require("better-sqlite3"))(":memory:")';
      execFileSync(node, ['-e', script], { cwd: this.folder, stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }
}
