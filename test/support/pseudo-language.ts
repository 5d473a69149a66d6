import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';
import { root } from './root.js';

/**
 * The pseudo-language: English with each text in brackets, in the place of German. It shows that a text is looked up in its
 * table: what a reader sees outside of all brackets is in no table, and no new language would translate it.
 */

/** Run in the bundles, so it uses nothing around it. */
function pseudo(table: { en: unknown }): object {
  const bracketed = (value: unknown): unknown => {
    if (typeof value === 'string') return value.trim() === '' ? value : `⟦${value}⟧`;
    if (typeof value === 'function')
      return function (this: unknown, ...parameters: unknown[]) {
        return bracketed(value.apply(this, parameters));
      };
    if (Array.isArray(value)) return value.map(bracketed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, bracketed(each)]));
  };
  return { ...table, de: bracketed(table.en) };
}

interface Node {
  type: string;
  start: number;
  end: number;
  properties?: { type: string; key?: { name?: string } }[];
}

/** Every table of texts: an object with exactly the members `en` and `de`. */
function tablesIn(tree: unknown, found: Node[] = []): Node[] {
  if (Array.isArray(tree)) for (const each of tree) tablesIn(each, found);
  else if (typeof tree === 'object' && tree !== null) {
    const node = tree as Node;
    const names = node.type === 'ObjectExpression' ? node.properties?.map(({ key }) => key?.name) : undefined;
    if (names?.join() === 'en,de') found.push(node);
    for (const each of Object.values(tree)) tablesIn(each, found);
  }
  return found;
}

/** What formats numbers and dates is a table too, and no text. */
const isOfLocales = (code: string): boolean => /['"]en-GB['"]/.test(code);

/** Puts the pseudo-language into each table of a bundle. `tables` counts them. */
export function pseudoLanguage(tables = { count: 0 }): Plugin {
  return {
    name: 'pseudo-language',
    enforce: 'post',
    transform(code, id) {
      if (!/\/(libs|apps)\/.*\.tsx?$/.test(id)) return null;
      const marks = tablesIn(this.parse(code)).flatMap(({ start, end }) =>
        isOfLocales(code.slice(start, end))
          ? []
          : ([
              [end, ')'],
              [start, '__pseudo('],
            ] as const),
      );
      if (marks.length === 0) return null;
      tables.count += marks.length / 2;
      const text = [...marks]
        .sort(([a], [b]) => b - a)
        .reduce((text, [at, mark]) => text.slice(0, at) + mark + text.slice(at), code);
      return {
        code: `${text}\n${pseudo.toString().replace('function pseudo', 'function __pseudo')}`,
        map: null,
      };
    },
  };
}

/** Loads sources of this repository in the pseudo-language. `exports`: by file, what is used of it. */
export async function inPseudoLanguage<T>(exports: Readonly<Record<string, readonly string[]>>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pseudo-language-'));
  const lines = Object.entries(exports).map(
    ([file, names]) => `export { ${names.join(', ')} } from ${JSON.stringify(join(root, file))};`,
  );
  const entry = '\0entry.ts';
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      root,
      resolve: {
        alias: [{ find: /^@countersign\/([a-z-]+)$/, replacement: join(root, 'libs/$1/src/index.ts') }],
      },
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === entry ? id : null),
          load: (id) => (id === entry ? lines.join('\n') : null),
        },
        pseudoLanguage(),
      ],
      ssr: { noExternal: true },
      build: {
        ssr: true,
        outDir: folder,
        minify: false,
        rolldownOptions: { input: entry, output: { entryFileNames: 'bundle.mjs' } },
      },
    });
    return (await import(pathToFileURL(join(folder, 'bundle.mjs')).href)) as T;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The words of a text that stand outside of all brackets, without those that are `known`. */
export function wordsOutside(text: string, known: RegExp): string[] {
  let left = text;
  for (let before = ''; before !== left; ) {
    before = left;
    left = left.replace(/⟦[^⟦⟧]*⟧/g, ' ');
  }
  return left.replace(known, ' ').match(/\p{L}{2,}/gu) ?? [];
}
