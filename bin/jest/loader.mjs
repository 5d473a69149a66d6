/**
 * Lets Node load this repository's TypeScript as jest.config.mjs says: names by its `moduleNameMapper`, sources by its
 * `transform` (from jest's cache, instrumented where coverage is measured).
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createScriptTransformer } from '@jest/transform';

const GLOBALS = [
  'afterAll',
  'afterEach',
  'beforeAll',
  'beforeEach',
  'describe',
  'expect',
  'it',
  'jest',
  'test',
];

export const TRANSFORM_OPTIONS = {
  isInternalModule: false,
  supportsDynamicImport: true,
  supportsExportNamespaceFrom: true,
  supportsStaticESM: true,
  supportsTopLevelAwait: true,
};

let mapper;
let transformer;
let options;
/** Whether each test file loads all sources again. */
let fresh;

export async function initialize({ config, coverage, reload }) {
  fresh = reload;
  mapper = config.moduleNameMapper.map(([pattern, path]) => [new RegExp(pattern), path]);
  transformer = await createScriptTransformer(config);
  options = { ...TRANSFORM_OPTIONS, ...coverage };
}

export async function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') {
    // Each test file has globals of its own, hence a module of its own.
    const run = new URL(context.parentURL).search;
    return { url: `countersign:jest-globals${run}`, format: 'module', shortCircuit: true };
  }
  if (context.parentURL !== undefined && isTypeScript(context.parentURL)) {
    const url = sourceOf(specifier, context.parentURL);
    if (url !== null) return { url, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (url.startsWith('countersign:jest-globals')) {
    const source = `export const { ${GLOBALS.join(', ')} } = globalThis[Symbol.for('countersign.test.globals')]();`;
    return { format: 'module', source, shortCircuit: true };
  }
  if (!isTypeScript(url)) return next(url, context);
  const path = fileURLToPath(url);
  // Otherwise it would take the text that it has read before, also of a file that has changed.
  const { code } = await transformer.transformAsync(path, options, readFileSync(path, 'utf8'));
  return { format: 'module', source: withoutMap(code), shortCircuit: true };
}

/** The map is most of the text. Code that prints a stack reads the map from jest's cache (`SourceMaps` in runtime.mjs). */
function withoutMap(code) {
  const end = code.lastIndexOf('\n//# sourceMappingURL=');
  return end === -1 ? code : code.slice(0, end);
}

const isTypeScript = (url) => /^file:.*\.ts(?:\?|$)/.test(url);

/** The TypeScript file that a specifier names, or null if it names something else. */
function sourceOf(specifier, parent) {
  for (const [pattern, path] of mapper) {
    const match = pattern.exec(specifier);
    if (match === null) continue;
    const mapped = path.replace(/\$(\d)/g, (_, index) => match[Number(index)]);
    const url = new URL(mapped.startsWith('.') ? mapped : pathToFileURL(mapped).href, parent);
    if (!url.pathname.endsWith('.ts')) url.pathname += '.ts';
    if (!existsSync(url)) return null;
    if (fresh) url.search = new URL(parent).search;
    return url.href;
  }
  return null;
}
