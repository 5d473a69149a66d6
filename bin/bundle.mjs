/**
 * Writes the compiled programs once more, each as one file with the few that it shares with the others: `dist/programs/`.
 * A broker consists of two thousand modules, and to load them one by one takes four times as long as to load them in bundles.
 * Usage: node bin/bundle.mjs, after the compiler
 */
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { RUNTIME_PACKAGES } from './runtime-packages.mjs';

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const from = join(root, 'dist');
const to = join(from, 'programs');

const PROGRAMS = {
  broker: join(from, 'apps/broker/src/main.js'),
  gateway: join(from, 'apps/gateway/src/main.js'),
  countersign: join(from, 'apps/cli/src/main.js'),
};

/** `pg` names `pg-native`, which no one has installed. */
const LEFT_OUT = new RegExp(`^(${[...RUNTIME_PACKAGES, 'pg-native'].join('|')})(/|$)`);

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

/** The texts of other languages that zod brings are never shown: our schemas' errors are not read by people. English stays. */
const oneLanguage = {
  name: 'one-language',
  enforce: 'pre',
  async resolveId(name, importer) {
    if (!/\/zod\/v4\//.test(importer ?? '') || !name.endsWith('/locales/index.js')) return null;
    return join(dirname(require.resolve('zod')), 'v4/locales/en.js');
  },
};

/** V8 keeps the text of a program in memory, with two bytes for each character if there is one that is not Latin. */
const asciiOnly = {
  name: 'ascii-only',
  generateBundle(_options, bundle) {
    const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    for (const chunk of Object.values(bundle)) chunk.code = chunk.code?.replace(/[^\0-\x7f]/g, escaped);
  },
};

await build({
  root,
  configFile: false,
  logLevel: 'error',
  plugins: [oneLanguage, optionalPackages, ownPlace, asciiOnly],
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
