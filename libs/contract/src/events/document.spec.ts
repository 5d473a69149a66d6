import { readFileSync, writeFileSync } from 'node:fs';
import { eventsDocument } from './document.js';

const DOCUMENT = 'docs/events.md';

test('docs/events.md is written from the tables', () => {
  if (process.env['WRITE_DOCS'] !== undefined) writeFileSync(DOCUMENT, eventsDocument());
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(eventsDocument());
});
