import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const COMPRESSED = /\.(js|css|svg|html)$/;

/** Writes `.br` and `.gz` beside what compresses, so that the broker compresses nothing while it serves. */
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
      '@countersign/contract': from('../../libs/contract/src/index.ts'),
      '@countersign/wording': from('../../libs/wording/src/index.ts'),
    },
  },
  plugins: [precompress()],
  build: {
    outDir: from('../../dist/apps/web'),
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    // The policy of the pages allows no data: URL; everything is a file of ours.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Libraries say “use client” for frameworks that render on a server; here everything is the client.
      checks: { moduleLevelDirective: false },
      // The leaf library is pure: what a page does not call of it, its schemas above all, is left out.
      treeshake: { moduleSideEffects: (id: string) => !/\/libs\/(contract|wording)\//.test(id) },
    },
  },
});
