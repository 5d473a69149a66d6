import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { onePage } from './one-page.js';
import { pureSchemas } from './pure-schemas.js';

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the page that customers host themselves. It is small and not minified, so that people can read it (docs/signing-page.md). */
export default defineConfig({
  root: from('.'),
  publicDir: false,
  resolve: {
    alias: {
      '@countersign/contract': from('../../libs/contract/src/index.ts'),
      '@countersign/wording': from('../../libs/wording/src/index.ts'),
    },
  },
  plugins: [
    pureSchemas(),
    onePage({
      name: 'countersign-signing.html',
      noscript: 'This page computes what you sign, and needs JavaScript for that.',
      css: [from('src/signing/page.css')],
      // The page reads its configuration, which is beside it.
      connect: "'self'",
    }),
  ],
  build: {
    outDir: from('../../dist/apps/web/signing'),
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: from('src/signing/main.ts'),
      output: { format: 'iife', entryFileNames: 'signing.js' },
      treeshake: { moduleSideEffects: (id: string) => id.endsWith('/signing/main.ts') },
    },
  },
});
