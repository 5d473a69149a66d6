/**
 * Writes programs of this repository's TypeScript as one JavaScript file each, so that many processes of a test start
 * quickly: to compile and load four hundred modules takes longer than most of what they do.
 * Usage: node bundle.mjs FOLDER NAME=FILE…
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const [folder, ...programs] = process.argv.slice(2);

await build({
  root,
  configFile: false,
  logLevel: 'error',
  resolve: {
    alias: [{ find: /^@countersign\/([^/]+)$/, replacement: `${root}libs/$1/src/index.ts` }],
  },
  ssr: { noExternal: /^@countersign\// },
  build: {
    ssr: true,
    outDir: folder,
    emptyOutDir: false,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(programs.map((program) => program.split('='))),
      // A module may have effects on others when it is loaded, as decorators have.
      treeshake: false,
      output: {
        format: 'esm',
        keepNames: true,
        entryFileNames: '[name].mjs',
        chunkFileNames: '[name]-[hash].mjs',
      },
    },
  },
});
