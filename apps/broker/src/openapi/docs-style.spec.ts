import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCS_STYLE } from './docs-style.js';

test('the pages of the API have the colours of the other pages', () => {
  const tokens = readFileSync(join(import.meta.dirname, '../../../web/src/styles/tokens.css'), 'utf8');
  const colours = DOCS_STYLE.match(/--[a-z]+: light-dark\([^)]*\)/g) ?? [];
  expect(colours).toHaveLength(6);
  expect(colours.filter((colour) => !tokens.includes(`${colour};`))).toEqual([]);
});
