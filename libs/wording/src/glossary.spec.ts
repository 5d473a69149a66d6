import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareLanguages } from '../../../test/support/compare-languages.js';
import { root } from '../../../test/support/root.js';
import { GLOSSARY, glossaryDocument } from './glossary.js';

const DOCUMENT = join(root, 'docs/glossary.md');
const PAGES = join(root, 'apps/web/src');

test('docs/glossary.md matches the glossary', () => {
  const whole = glossaryDocument();
  if (process.env['WRITE_DOCS'] !== undefined) writeFileSync(DOCUMENT, whole);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(whole);
});

test('each word is explained in both languages, in at most three sentences that a phone can show', () => {
  expect(compareLanguages(GLOSSARY.en, GLOSSARY.de, 'glossary')).toEqual([]);
  for (const { word, meaning } of [...Object.values(GLOSSARY.en), ...Object.values(GLOSSARY.de)]) {
    expect(word.length).toBeLessThan(32);
    expect(meaning.length).toBeLessThan(290);
    expect(meaning.match(/[.!?](?= |$)/g)?.length).toBeLessThanOrEqual(3);
  }
});

test('each word has a help button in at least one page', () => {
  const pages = readdirSync(PAGES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.tsx'))
    .map((path) => readFileSync(join(PAGES, path), 'utf8'))
    .join('\n');
  const missing = Object.keys(GLOSSARY.en).filter(
    (word) => !new RegExp(`\\b(about|help)=(\\{[^}]*)?['"]${word}['"]`).test(pages),
  );
  expect(missing).toEqual([]);
});
