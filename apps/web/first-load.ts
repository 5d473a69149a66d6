import { readFileSync } from 'node:fs';
import type { IndexHtmlTransformContext, Plugin } from 'vite';

/** The file that lists the pages of the app. */
const PAGES = new URL('src/app/pages.tsx', import.meta.url);

/** What every page of a signed-in person requests first (`*`), and what some pages request besides. `:name` is that part of the path. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  '*': ['/api/v1/whoami', '/api/v1/organisation'],
  'requests/:id': ['/api/v1/requests/:id'],
  'grants/:id': ['/api/v1/grants/:id'],
};

type Bundle = NonNullable<IndexHtmlTransformContext['bundle']>;

interface Chunk {
  type: 'chunk';
  fileName: string;
  moduleIds: string[];
  imports: string[];
}

/**
 * Makes the first load short. The styles are part of the page, and `pages.json` lists for each route the scripts and the
 * answers that its page needs. The broker names them in a header, so that the browser loads all of them at once and not
 * one after the other.
 */
export function firstLoad(): Plugin {
  return {
    name: 'first-load',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle = {} }) => withStyles(html, bundle),
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((output) => output.type === 'chunk') as Chunk[];
        const scriptsOf = (fileName: string, found = new Set<string>()): Set<string> => {
          if (found.has(fileName)) return found;
          found.add(fileName);
          for (const each of chunks.find((chunk) => chunk.fileName === fileName)?.imports ?? [])
            scriptsOf(each, found);
          return found;
        };
        const pages = routes().map(({ path, module }) => {
          const chunk = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(module)));
          if (chunk === undefined) throw new Error(`the build has no ${module}`);
          return {
            path,
            scripts: [...scriptsOf(chunk.fileName)].map((file) => `/${file}`),
            answers: path === 'sign-in' ? [] : [...(ANSWERS['*'] ?? []), ...(ANSWERS[path] ?? [])],
          };
        });
        this.emitFile({ type: 'asset', fileName: 'pages.json', source: JSON.stringify(pages) });
      },
    },
  };
}

function withStyles(html: string, bundle: Bundle): string {
  return html.replaceAll(/<link rel="stylesheet"[^>]*href="\/([^"]+)">/g, (_link, file: string) => {
    const output = bundle[file];
    if (output?.type !== 'asset') throw new Error(`the build has no ${file}`);
    delete bundle[file];
    return `<style>${String(output.source).trim()}</style>`;
  });
}

/** The path of each page with the file of its code, as the app lists them. */
function routes(): { path: string; module: string }[] {
  const source = readFileSync(PAGES, 'utf8');
  const found = [
    ...source.matchAll(/^ {2}page\('([^']+)', \(\) => import\('\.\.(\/features\/[^']+)\.js'\)\),$/gm),
  ].map(([, path = '', file = '']) => ({ path, module: `${file}.tsx` }));
  if (found.length === 0 || found.length !== source.split('import(').length - 1)
    throw new Error('the pages of the app are not written as this plugin reads them');
  return found;
}
