import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `npm run build` puts the pages: beside the compiled broker; the same folder where it runs from source. */
const FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../../dist/apps/web/' : '../../../web/', import.meta.url),
);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.sha256': 'text/plain; charset=utf-8',
};

/** A file of the pages, whole, with what was compressed when it was built. */
export interface BuiltFile {
  type: string;
  body: Buffer;
  brotli: Buffer | undefined;
  gzip: Buffer | undefined;
}

export interface BuiltApp {
  index: BuiltFile;
  /** What customers take with them: `/signing/NAME`. Never shown as a page of this broker's. */
  downloads: ReadonlyMap<string, BuiltFile>;
  /** By path: `/assets/NAME-HASH.js`. */
  assets: ReadonlyMap<string, BuiltFile>;
}

/**
 * Reads the built pages once: what is served later is a lookup by exact path, and no path of a request ever
 * reaches the disk. Undefined where they have not been built.
 */
export function readBuiltApp(folder: string = FOLDER): BuiltApp | undefined {
  const files = new Map(
    filesOf(folder).map((path) => [`/${relative(folder, path).split(sep).join('/')}`, path]),
  );
  const built = new Map<string, BuiltFile>();
  for (const [name, path] of files) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    built.set(name, {
      type,
      body: readFileSync(path),
      brotli: optional(files.get(`${name}.br`)),
      gzip: optional(files.get(`${name}.gz`)),
    });
  }
  const index = built.get('/index.html');
  if (index === undefined) return undefined;
  const below = (folder: string) => new Map([...built].filter(([name]) => name.startsWith(folder)));
  return { index, assets: below('/assets/'), downloads: below('/signing/') };
}

const optional = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
