import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/root.js';

interface Chunk {
  file: string;
  imports?: string[];
}

const built = join(root, 'dist/apps/web');
const manifest = JSON.parse(readFileSync(join(built, 'manifest.json'), 'utf8')) as Record<string, Chunk>;

/** Every script that a page loads: the first one, the page's own, and all of their imports. */
function scriptsOf(...entries: string[]): Set<string> {
  const files = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`the build has no ${name}`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const each of chunk.imports ?? []) visit(each);
  };
  for (const entry of entries) visit(entry);
  return files;
}

test.each([
  'decision/decision-page',
  'requests/inbox-page',
  'grants/live-page',
  'ask/ask-page',
  'sign-in/sign-in-page',
  'activity/activity-page',
  'proof/proof-page',
  'receipt/receipt-page',
  'controls/controls-page',
])('the first load of %s is at most 200 kB of compressed script', (page) => {
  const files = scriptsOf('index.html', `src/features/${page}.tsx`);
  const bytes = [...files].reduce((sum, file) => sum + readFileSync(join(built, `${file}.gz`)).length, 0);
  expect(files.size).toBeGreaterThan(2);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(200_000);
});

test('the glossary is a chunk of its own, which no page loads before its reader asks for a meaning', () => {
  const glossary = manifest['src/ui/glossary.ts']?.file ?? '';
  expect(readFileSync(join(built, glossary), 'utf8')).toContain('Anchor file');
  const first = [...scriptsOf('index.html', 'src/features/trust/trust-page.tsx')];
  expect(
    first.filter((file) => readFileSync(join(built, file), 'utf8').includes('no version can be replaced')),
  ).toEqual([]);
});

test('the signing page is short enough to read, and contains no schema library', () => {
  const page = readFileSync(join(built, 'signing/countersign-signing.html'), 'utf8');
  // Each member of the statements and terms has its lines. The last ones are exact changes side by side, hidden fields, and the checksum of a recovery key.
  expect(page.split('\n').length).toBeLessThan(2_975);
});

test('the page that verifies a log is one file of at most 680 kB, and not minified', () => {
  const page = readFileSync(join(built, 'verifier/countersign-log-verifier.html'), 'utf8');
  expect(page.length).toBeLessThan(680_000);
  expect(page.split('\n').length).toBeGreaterThan(5_000);
});
