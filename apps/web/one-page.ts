import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** A page that people keep as one file. Paths are absolute. */
export interface OnePage {
  /** The name of the file. */
  name: string;
  /** What the reader sees if the browser runs no script. */
  noscript: string;
  css: readonly string[];
  /** What the script may connect to; nothing if absent. */
  connect?: string;
}

/** What all these pages have: an empty `<style>` and `<script>`, `%policy%` and `%noscript%`. */
const FRAME = new URL('one-page.html', import.meta.url);

const hashOf = (text: string, encoding: 'base64' | 'hex') =>
  createHash('sha256').update(text).digest(encoding);

/** Writes one file that contains its script and style, with a policy that allows no others, and its hash beside it. */
export function onePage({ name, noscript, css, connect }: OnePage): Plugin {
  return {
    name: 'one-page',
    apply: 'build',
    generateBundle(_options, bundle) {
      const [chunk, ...others] = Object.values(bundle);
      if (chunk?.type !== 'chunk' || others.length > 0) throw new Error(`${name} is more than one file`);
      delete bundle[chunk.fileName];
      // Removes the folder of installed packages, so that every build gives the same bytes.
      const code = chunk.code.replaceAll(/^(\s*\/\/ ).*?(node_modules\/\S+)$/gm, '$1$2');
      const script = `\n${code.trim()}\n`;
      const style = `\n${css.map((path) => readFileSync(path, 'utf8').trim()).join('\n')}\n`;
      // Such text would end its element early or change how the browser parses it, so the policy's hash would not match.
      if (/<!--|<\/?script/i.test(script) || /<\//.test(style))
        throw new Error(`${name} contains text that ends its script or style early`);
      const page = readFileSync(FRAME, 'utf8')
        .replace('%noscript%', () => noscript)
        .replace('%policy%', () => policyOf(script, style, connect))
        .replace('<style></style>', () => `<style>${style}</style>`)
        .replace('<script></script>', () => `<script>${script}</script>`);
      this.emitFile({ type: 'asset', fileName: name, source: page });
      this.emitFile({
        type: 'asset',
        fileName: `${name}.sha256`,
        source: `${hashOf(page, 'hex')}  ${name}\n`,
      });
    },
  };
}

const policyOf = (script: string, style: string, connect: string | undefined) =>
  [
    "default-src 'none'",
    `script-src 'sha256-${hashOf(script, 'base64')}'`,
    `style-src 'sha256-${hashOf(style, 'base64')}'`,
    ...(connect === undefined ? [] : [`connect-src ${connect}`]),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
