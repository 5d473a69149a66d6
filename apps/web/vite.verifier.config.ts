import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { onePage } from './one-page.js';
import { computedTables, leanSchemas, pureSchemas } from './pure-schemas.js';

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const lib = (path: string) => from(`../../libs/${path}`);

/** Builds the page that verifies a copy of a log without any server. It is not minified, so that people can read it (docs/log.md). */
export default defineConfig({
  root: from('.'),
  publicDir: false,
  resolve: {
    alias: {
      '@countersign/access/policy': lib('access/src/policy/index.ts'),
      '@countersign/audit-log': lib('audit-log/src/index.ts'),
      '@countersign/authorization/signatures': lib('authorization/src/signatures.ts'),
      '@countersign/contract': lib('contract/src/index.ts'),
      '@countersign/log-verifier': lib('log-verifier/src/index.ts'),
      '@countersign/wording': lib('wording/src/index.ts'),
    },
  },
  plugins: [
    computedTables(),
    leanSchemas(),
    pureSchemas(),
    onePage({
      name: 'countersign-log-verifier.html',
      noscript: 'This page computes hashes and signatures, and needs JavaScript for that.',
      css: [from('src/signing/page.css'), from('src/verifier/page.css')],
    }),
  ],
  build: {
    outDir: from('../../dist/apps/web/verifier'),
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: from('src/verifier/main.ts'),
      output: { format: 'iife', entryFileNames: 'verifier.js' },
      treeshake: {
        moduleSideEffects: (id: string) => /\/(verifier\/main|log\/strict-schemas)\.ts$/.test(id),
      },
    },
  },
});
