/**
 * Writes the compiled programs once more, each as one file with the few that it shares with the others: `dist/programs/`.
 * A broker consists of two thousand modules, and to load them one by one takes four times as long as to load them in bundles.
 * Usage: node bin/bundle.mjs, after the compiler
 */
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const from = join(root, 'dist');
const to = join(from, 'programs');

const PROGRAMS = {
  broker: join(from, 'apps/broker/src/main.js'),
  gateway: join(from, 'apps/gateway/src/main.js'),
  countersign: join(from, 'apps/cli/src/main.js'),
};

/**
 * Not bundled: what has a binary, what its own package finds by its place, and what test programs change before the broker
 * loads it.
 */
const LEFT_OUT = /^(better-sqlite3|pg|pg-native|pino|pino-http)(\/|$)/;

/** A package may name optional ones that nobody has installed. They stay as they are, and fail only where they are used. */
const optionalPackages = {
  name: 'optional-packages',
  enforce: 'pre',
  async resolveId(name, importer, options) {
    if (options.isEntry || /^[./\0]/.test(name)) return null;
    return (
      (await this.resolve(name, importer, { ...options, skipSelf: true })) ?? { id: name, external: true }
    );
  },
};

/**
 * A module that looks for files beside its own finds them where the compiler put it; all bundles are in one folder. Only a
 * program's main file has moved.
 */
const ownPlace = {
  name: 'own-place',
  transform(code, id) {
    if (!id.startsWith(from) || !code.includes('import.meta.url') || Object.values(PROGRAMS).includes(id))
      return null;
    const place = JSON.stringify(relative(to, id));
    return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: null };
  },
};

await build({
  root,
  configFile: false,
  logLevel: 'error',
  plugins: [optionalPackages, ownPlace],
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: to,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: PROGRAMS,
      external: LEFT_OUT,
      // A module may have effects on others when it is loaded, as decorators have.
      treeshake: false,
      // Errors, entities and providers go by the names of their classes.
      output: {
        format: 'esm',
        keepNames: true,
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
      },
    },
  },
});
