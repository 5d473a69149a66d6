import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { pureSchemas } from './pure-schemas.js';

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const NAME = 'countersign-signing.html';

const hashOf = (text: string, encoding: 'base64' | 'hex') =>
  createHash('sha256').update(text).digest(encoding);

/** Writes one file that contains its script and style, with a policy that allows no others, and its hash beside it. */
function onePage(): Plugin {
  return {
    name: 'one-page',
    apply: 'build',
    generateBundle(_options, bundle) {
      const [chunk, ...others] = Object.values(bundle);
      if (chunk?.type !== 'chunk' || others.length > 0)
        throw new Error('the signing page is more than one file');
      delete bundle[chunk.fileName];
      // Removes the folder of installed packages, so that every build gives the same bytes.
      const code = chunk.code.replaceAll(/^(\s*\/\/ ).*?(node_modules\/\S+)$/gm, '$1$2');
      const script = `\n${code.trim()}\n`;
      const style = `\n${readFileSync(from('src/signing/page.css'), 'utf8').trim()}\n`;
      // Such text would end its element early or change how the browser parses it, so the policy's hash would not match.
      if (/<!--|<\/?script/i.test(script) || /<\//.test(style))
        throw new Error('the signing page contains text that ends its script or style early');
      const page = readFileSync(from('src/signing/page.html'), 'utf8')
        .replace('%policy%', () => policyOf(script, style))
        .replace('<style></style>', () => `<style>${style}</style>`)
        .replace('<script></script>', () => `<script>${script}</script>`);
      this.emitFile({ type: 'asset', fileName: NAME, source: page });
      this.emitFile({
        type: 'asset',
        fileName: `${NAME}.sha256`,
        source: `${hashOf(page, 'hex')}  ${NAME}\n`,
      });
    },
  };
}

const policyOf = (script: string, style: string) =>
  [
    "default-src 'none'",
    `script-src 'sha256-${hashOf(script, 'base64')}'`,
    `style-src 'sha256-${hashOf(style, 'base64')}'`,
    // The page reads its configuration, which is beside it.
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

/** Builds the page that customers host themselves. It is small and not minified, so that people can read it (docs/signing-page.md). */
export default defineConfig({
  root: from('.'),
  resolve: {
    alias: {
      '@countersign/contract': from('../../libs/contract/src/index.ts'),
      '@countersign/wording': from('../../libs/wording/src/index.ts'),
    },
  },
  plugins: [pureSchemas(), onePage()],
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
