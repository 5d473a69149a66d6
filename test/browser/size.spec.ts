import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/root.js';

const built = join(root, 'dist/apps/web');
const manifest = JSON.parse(readFileSync(join(built, 'manifest.json'), 'utf8')) as Record<
  string,
  { file: string }
>;
const pages = JSON.parse(readFileSync(join(built, 'pages.json'), 'utf8')) as {
  path: string;
  scripts: string[];
}[];

/** Every script that the page of a route loads: those of the frame, the page's own, and all of their imports. */
function scriptsOf(route: string): Set<string> {
  const index = readFileSync(join(built, 'index.html'), 'utf8');
  const frame = [...index.matchAll(/<script [^>]*src="([^"]+)"/g)].map(([, file]) => file ?? '');
  const page = pages.find(({ path }) => path === route);
  if (page === undefined) throw new Error(`the build has no ${route}`);
  return new Set([...frame, ...page.scripts]);
}

test.each([
  'requests/:id',
  'inbox',
  'grants/:id',
  'ask',
  'sign-in',
  'activity',
  'proof',
  'grants/:id/receipt',
  'controls',
])('the first load of %s is at most 200 kB of compressed script', (route) => {
  const files = scriptsOf(route);
  const bytes = [...files].reduce((sum, file) => sum + readFileSync(join(built, `${file}.gz`)).length, 0);
  expect(files.size).toBeGreaterThan(2);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(200_000);
});

test('the decision page, which people open on slow lines, loads three scripts of at most 126 kB before one can decide', () => {
  const files = [...scriptsOf('requests/:id')];
  expect(files).toHaveLength(3);
  const bytes = files.reduce((sum, file) => sum + readFileSync(join(built, `${file}.gz`)).length, 0);
  expect(bytes).toBeLessThanOrEqual(126_000);
});

test('the glossary is a chunk of its own, which no page loads before its reader opens an explanation', () => {
  const glossary = manifest['src/ui/glossary.ts']?.file ?? '';
  expect(readFileSync(join(built, glossary), 'utf8')).toContain('Anchor file');
  const first = [...scriptsOf('trust')];
  expect(
    first.filter((file) => readFileSync(join(built, file), 'utf8').includes('no version can be replaced')),
  ).toEqual([]);
});

test('the signing page is short enough to read, and contains no schema library', () => {
  const page = readFileSync(join(built, 'signing/countersign-signing.html'), 'utf8');
  // Each member of the statements and terms has its lines. The last ones are exact changes side by side, hidden fields, the checksum of a recovery key, the hashing of commitments in reused memory, and the names of time zones.
  expect(page.split('\n').length).toBeLessThan(3_000);
});

test('the page that verifies a log is one file of at most 690 kB, and not minified', () => {
  const page = readFileSync(join(built, 'verifier/countersign-log-verifier.html'), 'utf8');
  // The last ones are the order of times, and what requests, reviews and outcomes say of their grants.
  expect(page.length).toBeLessThan(690_000);
  expect(page.split('\n').length).toBeGreaterThan(5_000);
});
