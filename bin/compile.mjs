/**
 * Compiles the programs' TypeScript into dist/, file by file, without checking types: `npm run lint` and `npm run build` check
 * them. It takes a tenth of the time that the TypeScript compiler takes. Usage: node bin/compile.mjs
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { SWC_OPTIONS } from './swc-options.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDERS = [
  ...['broker', 'gateway', 'cli', 'demo'].map((app) => `apps/${app}/src`),
  ...readdirSync(join(root, 'libs')).map((lib) => `libs/${lib}/src`),
  // Benchmarks use some of what tests use.
  ...['bench', 'test/support', 'test/factories', 'test/fakes', 'test/e2e', 'test/contract'],
];
/** How a module names another one: `from "…"`, `import "…"` and `import("…")`. */
const OWN_PACKAGE = /(\bfrom |\bimport |\bimport\()(["'])(@countersign\/[^"']+)\2/g;

const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.endsWith('.d.ts'))
    .map((path) => join(folder, path)),
);
await Promise.all(sources.map(compile));

/** @param path of a source, from the root of the repository */
async function compile(path) {
  const to = join(root, 'dist', path.replace(/\.ts$/, '.js'));
  const { code, map } = await transform(readFileSync(join(root, path), 'utf8'), {
    ...SWC_OPTIONS,
    swcrc: false,
    configFile: false,
    filename: join(root, path),
    sourceFileName: relative(dirname(to), join(root, path)),
    sourceMaps: true,
    inlineSourcesContent: false,
  });
  const name = to.slice(dirname(to).length + 1);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, `${withPaths(code, path)}//# sourceMappingURL=${name}.map\n`);
  writeFileSync(`${to}.map`, map);
}

/** Node knows nothing of the `paths` in tsconfig.json, so each name of an own package becomes the path of its file. */
function withPaths(code, from) {
  return code.replace(OWN_PACKAGE, (_, before, quote, name) => {
    const [source] = compilerOptions.paths[name] ?? [];
    if (source === undefined) throw new Error(`${from}: tsconfig.json has no path for ${name}`);
    const path = relative(dirname(from), source).replace(/\.ts$/, '.js');
    return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });
}
