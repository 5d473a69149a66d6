/**
 * Makes the package that people and pipelines install: the `countersign` command as one bundle without dependencies, and without
 * the verbs of the host (decision 54).
 *
 * Usage: node bin/package.mjs [FOLDER]   writes FOLDER/countersign-VERSION.tgz (dist/), and prints its path
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const place = mkdtempSync(join(tmpdir(), 'countersign-package-'));

await prepare('build');
// Imported here: in a fresh clone, `prepare` has just installed it.
const { build } = await import('vite');

mkdirSync(join(place, 'bin'), { recursive: true });
const bundled = await build({
  root,
  configFile: false,
  logLevel: 'error',
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: join(place, 'programs'),
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: { countersign: join(root, 'dist/apps/cli/src/packaged.js') },
      // Code that handles errors compares the names of their classes.
      output: {
        format: 'esm',
        keepNames: true,
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
      },
    },
  },
});

const { version, description, license, engines } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const manifest = {
  name: 'countersign',
  version,
  description,
  license,
  // So that no one publishes it by mistake: the name on a registry may belong to someone else.
  private: true,
  type: 'module',
  engines,
  bin: { countersign: 'bin/countersign.mjs' },
};
writeFileSync(join(place, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(join(place, 'THIRD-PARTY-LICENSES.md'), licensesOf(bundled.output));
copyFileSync(join(root, 'LICENSE'), join(place, 'LICENSE'));
copyFileSync(join(root, 'bin/package/README.md'), join(place, 'README.md'));
copyFileSync(join(root, 'bin/compile-cache.mjs'), join(place, 'bin/compile-cache.mjs'));
copyFileSync(join(root, 'bin/package/countersign.mjs'), join(place, 'bin/countersign.mjs'));
chmodSync(join(place, 'bin/countersign.mjs'), 0o755);

// `npm pack` does not create the folder.
const to = resolve(process.argv[2] ?? join(root, 'dist'));
mkdirSync(to, { recursive: true });
const packed = spawnSync('npm', ['pack', '--json', '--pack-destination', to], {
  cwd: place,
  stdio: ['ignore', 'pipe', 2],
  shell: process.platform === 'win32',
});
rmSync(place, { recursive: true, force: true });
if (packed.status !== 0) process.exit(1);
const [{ filename }] = JSON.parse(packed.stdout.toString());
process.stdout.write(`${join(to, filename)}\n`);

/** The licence of each package whose code is in the bundle. */
function licensesOf(chunks) {
  const folders = new Set(
    chunks
      .flatMap((chunk) => Object.keys(chunk.modules ?? {}))
      .flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/')) ?? []),
  );
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
    return `## ${name} ${version} (${license})\n\n${text}\n`;
  });
  return `# Licences of the code in this package that is not ours\n\n${parts.join('\n')}`;
}
