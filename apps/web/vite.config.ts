import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { pureSchemas } from './pure-schemas.js';

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const COMPRESSED = /\.(js|css|svg|html)$/;

/** Writes `.br` and `.gz` beside each file that compresses, so that the broker never compresses while it serves. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const [fileName, output] of Object.entries(bundle)) {
          if (!COMPRESSED.test(fileName)) continue;
          const source = output.type === 'chunk' ? output.code : output.source;
          const bytes = Buffer.from(source);
          const brotli = brotliCompressSync(bytes, {
            params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
          });
          this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotli });
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(bytes, { level: 9 }) });
        }
      },
    },
  };
}

export default defineConfig({
  root: from('.'),
  resolve: {
    alias: {
      '@countersign/audit-log': from('../../libs/audit-log/src/index.ts'),
      '@countersign/authorization/signatures': from('../../libs/authorization/src/signatures.ts'),
      '@countersign/contract': from('../../libs/contract/src/index.ts'),
      // The compiler imports it for each element (`jsxImportSource` in tsconfig.json).
      '@countersign/web/jsx-runtime': from('src/jsx/jsx-runtime.ts'),
      '@countersign/wording': from('../../libs/wording/src/index.ts'),
    },
  },
  plugins: [pureSchemas(), precompress()],
  build: {
    outDir: from('../../dist/apps/web'),
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    // The pages' content security policy allows no data: URLs, so every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Most pages share these libraries. In one chunk, they load with the first page: a browser never retries a chunk
        // that it could not load, and a small chunk for each module would then break other pages after a lost connection.
        codeSplitting: {
          groups: [{ name: 'contract', test: /\/libs\/(contract|wording)\/src\//, minShareCount: 2 }],
        },
      },
      // Some libraries contain “use client” for server rendering. These pages never render on a server.
      checks: { moduleLevelDirective: false },
      // These libraries have no side effects, so a page contains only what it calls.
      treeshake: {
        moduleSideEffects: (id: string) => !/\/libs\/(audit-log|authorization|contract|wording)\//.test(id),
      },
    },
  },
});
