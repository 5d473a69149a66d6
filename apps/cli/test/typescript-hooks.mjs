/**
 * Module hooks that let Node run this repository's TypeScript as it stands, so that tests of the command as a
 * child process need no build and always see the present source.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = new URL('../../../', import.meta.url);

export async function resolve(specifier, context, next) {
  const library = /^@countersign\/([a-z-]+)$/.exec(specifier)?.[1];
  if (library !== undefined)
    return { url: new URL(`libs/${library}/src/index.ts`, ROOT).href, shortCircuit: true };
  if (/^(\.{1,2}\/|file:).*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(url)) return { url: url.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
    filename: pathToFileURL(fileURLToPath(url)).pathname,
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
    swcrc: false,
  });
  return { format: 'module', source: code, shortCircuit: true };
}
