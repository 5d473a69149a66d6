/**
 * Lets a child process of a test run this repository's TypeScript as it stands: `node --import typescript.mjs
 * file.ts`. What the tests of one process check is then what the other process runs, built or not.
 */
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transform } from '@swc/core';

const root = new URL('../../../', import.meta.url);

if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const library = /^@countersign\/([^/]+)$/.exec(specifier);
  if (library !== null) return next(new URL(`libs/${library[1]}/src/index.ts`, root).href, context);
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts'))
    return next(specifier.replace(/\.js$/, '.ts'), context);
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  const { code } = await transform(await readFile(path, 'utf8'), {
    filename: path,
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true, url: pathToFileURL(path).href };
}
