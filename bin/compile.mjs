/**
 * Compiles the programs' TypeScript into dist/, file by file. It does not check types: `npm run lint` and `npm run build` do.
 * Usage: node bin/compile.mjs
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { programFolders } from './program-folders.mjs';
import { SWC_OPTIONS } from './swc-options.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** A library of this repository in `from "…"`, `import "…"` or `import("…")`. */
const LIBRARY_IMPORT = /(\bfrom |\bimport |\bimport\()(["'])(@countersign\/[^"']+)\2/g;

const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));

const sources = programFolders(root).flatMap((folder) =>
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
  writeFileSync(to, `${withRelativeImports(code, path)}//# sourceMappingURL=${name}.map\n`);
  writeFileSync(`${to}.map`, map);
}

/** Node does not read the `paths` in tsconfig.json, so the name of a library becomes a relative path. */
function withRelativeImports(code, from) {
  return code.replace(LIBRARY_IMPORT, (_, before, quote, name) => {
    const [source] = compilerOptions.paths[name] ?? [];
    if (source === undefined) throw new Error(`${from}: tsconfig.json has no path for ${name}`);
    const path = relative(dirname(from), source).replace(/\.ts$/, '.js');
    return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });
}
