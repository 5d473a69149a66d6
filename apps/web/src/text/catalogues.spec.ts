import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { LANGUAGES } from '@countersign/contract';
import ts from 'typescript';
import { compareLanguages } from '../../../../test/support/compare-languages.js';
import { root } from '../../../../test/support/root.js';

const PAGES = join(root, 'apps/web/src');

const filesOf = (ending: RegExp): string[] =>
  readdirSync(PAGES, { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path) && !path.endsWith('.spec.ts'))
    .map((path) => join(PAGES, path));

const isCatalogue = (value: unknown): value is { en: unknown; de: unknown } =>
  typeof value === 'object' && value !== null && 'en' in value && 'de' in value;

test('every catalogue of the pages has each text in both languages, and no German text is still English', async () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const file of filesOf(/\.ts$/)) {
    if (!/\bCatalogue</.test(readFileSync(file, 'utf8')) || file.endsWith('languages.ts')) continue;
    for (const [name, value] of Object.entries((await import(file)) as object)) {
      if (!isCatalogue(value)) continue;
      seen += 1;
      wrong.push(...compareLanguages(value.en, value.de, `${relative(PAGES, file)} ${name}`));
    }
  }
  expect(wrong).toEqual([]);
  // Each feature of the pages has at least one.
  expect(seen).toBeGreaterThan(45);
});

test('the worker that shows pushes has its text in every language', () => {
  const worker = readFileSync(join(root, 'apps/web/public/push-worker.js'), 'utf8');
  const texts = /const ENDED = \{\n(.*?)\};/s.exec(worker)?.[1] ?? '';
  expect([...texts.matchAll(/^ {2}(\w+): '.+',$/gm)].map(([, language]) => language)).toEqual([...LANGUAGES]);
});

test('components have no texts of their own: every word comes from a catalogue', () => {
  const found = filesOf(/\.tsx$/).flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    return [
      ...(/\bCatalogue<|^\s*de: \{/m.test(source)
        ? [`${relative(PAGES, file)}: a catalogue, which the test above does not see`]
        : []),
      ...wordsOf(file, source),
    ];
  });
  expect(found).toEqual([]);
});

/** What is no word of a language: the name of the product, a command to paste, and the form of an id. */
const NO_WORDS = new Set([
  'Countersign',
  'countersign evidence verify PACK.zip --anchor ANCHOR.json',
  'grt_…',
]);
const SPOKEN = new Set(['aria-label', 'title', 'label', 'lead', 'placeholder', 'alt', 'caption', 'hint']);

/** Words between tags, and in attributes that people read or hear. */
function wordsOf(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const note = (node: ts.Node, words: string) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    if (/\p{L}{2}/u.test(words) && !NO_WORDS.has(words.trim()))
      found.push(`${relative(PAGES, file)}:${line + 1}: ${words.trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) note(node, node.text);
    if (
      ts.isJsxAttribute(node) &&
      SPOKEN.has(node.name.getText(source)) &&
      node.initializer !== undefined &&
      ts.isStringLiteral(node.initializer)
    )
      note(node, node.initializer.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
