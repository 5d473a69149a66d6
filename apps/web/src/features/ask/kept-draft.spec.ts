import type { Draft } from './draft.js';
import { parseKept, writeKept } from './kept-draft.js';

const NOW = Date.parse('2026-11-24T15:00:00Z');
const WEEK_MS = 7 * 86_400_000;
const DRAFT: Draft = {
  ...{ tenant: 'acme', service: 'billing', ticked: new Set(['invoices list']), objects: '', minutes: '45' },
  ...{ justification: 'The total is wrong', ticket: '9', reasonCode: '', calls: '20' },
};

describe('a draft that is kept in the browser', () => {
  test('is read as it was for a week, and not after that', () => {
    const kept = writeKept(DRAFT, NOW);
    expect(parseKept(kept, NOW)).toEqual(DRAFT);
    expect(parseKept(kept, NOW + WEEK_MS)).toEqual(DRAFT);
    expect(parseKept(kept, NOW + WEEK_MS + 1)).toBeNull();
  });

  test('is nothing if this page has not written it', () => {
    const { at, draft } = JSON.parse(writeKept(DRAFT, NOW)) as { at: number; draft: object };
    const { minutes: _, ...withoutMinutes } = draft as Draft;
    for (const other of [
      ...[null, [], { at }, { draft }, { at: 'now', draft }, { at, draft: withoutMinutes }],
      ...[
        { at, draft: { ...draft, ticked: 7 } },
        { at, draft: { ...draft, ticked: [7] } },
        { at, draft: { ...draft, calls: 7 } },
      ],
    ])
      expect(parseKept(JSON.stringify(other), NOW)).toBeNull();
    for (const text of [null, '', '{']) expect(parseKept(text, NOW)).toBeNull();
  });
});
