import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { firstLoad } from './first-load.js';
import { computedTables, leanSchemas, pureSchemas } from './pure-schemas.js';

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

/** Libraries that every page uses, the app around the pages, and what most pages use. Logs bring large libraries. */
const FRAME =
  /\/node_modules\/(react|react-dom|scheduler|@tanstack|openapi-fetch)\/|vite\/preload-helper|\.css$|\/libs\/(contract|wording)\/src\/(?!glossary)|\/apps\/web\/src\/(main|(app|api|text|jsx|ui)\/(?!push\.|dialog|chart|table|banners|(bypass|isolation)-banner|glossary|log\.))/;
/** What most pages use, and the decision page does not need at first: its reader may be on a slow line. */
const LATER =
  /\/libs\/wording\/src\/(body-difference|call-answer|csv|first-call|recurrence|request-csv|request\/(faces|request-words|stated-fields)|supervision|access-reason)\.|\/libs\/contract\/src\/(network|access-record|notices\/channels|event-types|events\/names|terms\/terms|ticket-pattern|statement\/signed-bytes|encoding\/(commitment|strict-json)|vocabulary\/(log|people|reviews))\.|\/apps\/web\/src\/(ui\/(chart|dialog|save-file|table)|api\/(disclosures|grants|incidents|published-page))\./;
/** The decision page, to which people come from many others. What only some requests need is loaded with the access. */
const DECISION =
  /\/apps\/web\/src\/(passkey\/(passkey-problem|signing-ui|signer)\.|features\/(decision\/(?!access-now|countersign|exact-change)|controls\/levels|decision\.css))/;
/** What pages about requests and access have in common. */
const ACCESS =
  /@simplewebauthn\/browser|\/apps\/web\/src\/(passkey|signing\/(channel|protocol|describe\/members)|features\/(decision|lists|grants\/(?!access-page|live-page|live\.css)|ask\/draft))/;
/** Only pages that verify what others signed need the schemas of statements, the forms of events, and the schema library. */
const STATEMENTS =
  /\/node_modules\/zod\/|\/libs\/contract\/src\/(events\/forms|statement\/(?!signed-bytes)|terms\/members)/;

const GROUPS = [
  { name: 'statements', test: STATEMENTS, priority: 3 },
  { name: 'later', test: LATER, priority: 3 },
  { name: 'frame', test: FRAME, priority: 2 },
  { name: 'decision', test: DECISION, priority: 2 },
  { name: 'access', test: ACCESS, priority: 1 },
];

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
  plugins: [computedTables(), leanSchemas(), pureSchemas(), firstLoad(), precompress()],
  build: {
    outDir: from('../../dist/apps/web'),
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    // The pages' content security policy allows no data: URLs, so every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // All styles together are 6 kB compressed and part of the page itself (firstLoad).
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        // The first load of a page is few files: on a slow line each one costs a round trip. A browser also never retries a
        // chunk that it could not load, and a small chunk for each module would then break other pages.
        codeSplitting: { includeDependenciesRecursively: false, groups: GROUPS },
      },
      // Some libraries contain “use client” for server rendering. These pages never render on a server.
      checks: { moduleLevelDirective: false },
      // These libraries have no side effects, so a page contains only what it calls.
      treeshake: {
        moduleSideEffects: (id: string) =>
          !/\/libs\/(audit-log|authorization|contract|wording)\/|\/node_modules\/zod\//.test(id),
      },
    },
  },
});
