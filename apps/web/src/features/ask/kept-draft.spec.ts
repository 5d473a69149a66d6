import type { Draft } from './draft.js';
import { type DraftPlace, forgetDraft, keepDraft, keptDraft, parseKept, writeKept } from './kept-draft.js';

const NOW = Date.parse('2026-11-24T15:00:00Z');
const WEEK_MS = 7 * 86_400_000;
const DRAFT: Draft = {
  ...{ tenant: 'acme', service: 'billing', ticked: new Set(['invoices list']), objects: '', minutes: '45' },
  ...{ justification: 'The total is wrong', ticket: '9', reasonCode: '', calls: '20' },
};

/** A browser's storage: its items are its own properties. */
class FakeStorage {
  [key: string]: unknown;
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? String(this[key]) : null;
  }
  setItem(key: string, value: string): void {
    this[key] = value;
  }
  removeItem(key: string): void {
    delete this[key];
  }
}

describe('a draft that is kept in the browser', () => {
  test('is read as it was for a week, and not after that', () => {
    const stored = writeKept(DRAFT, NOW);
    expect(parseKept(stored, NOW)).toEqual(DRAFT);
    expect(parseKept(stored, NOW + WEEK_MS)).toEqual(DRAFT);
    expect(parseKept(stored, NOW + WEEK_MS + 1)).toBeNull();
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

  test('stays in no browser if it answers a demand, which may have a gag', () => {
    const localStorage = new FakeStorage();
    Object.defineProperty(globalThis, 'localStorage', { value: localStorage, configurable: true });
    const place: DraftPlace = { person: 'usr_1', query: 'demand=dem_1' };
    keepDraft(place, DRAFT, NOW);
    keepDraft(place, { ...DRAFT, demand: 'dem_1' }, NOW);
    expect(Object.keys(localStorage)).toEqual([]);
  });

  test('is kept for each address of the form by itself, and for its person alone', () => {
    const localStorage = new FakeStorage();
    Object.defineProperty(globalThis, 'localStorage', { value: localStorage, configurable: true });
    const plain: DraftPlace = { person: 'usr_1', query: '' };
    const forAcme: DraftPlace = { ...plain, query: 'tenant=acme' };
    const other = { ...DRAFT, justification: 'Another case' };
    keepDraft(plain, DRAFT, NOW - WEEK_MS - 1);
    keepDraft(forAcme, other, NOW);
    keepDraft({ ...plain, person: 'usr_10' }, DRAFT, NOW - WEEK_MS - 1);
    expect(keptDraft(forAcme, NOW)).toEqual(other);
    expect(keptDraft({ ...forAcme, person: 'usr_2' }, NOW)).toBeNull();
    // What is too old is deleted at every address, and nothing of anyone else.
    expect(Object.keys(localStorage)).toEqual([
      'countersign-draft-usr_1?tenant=acme',
      'countersign-draft-usr_10',
    ]);
    forgetDraft(plain);
    expect(keptDraft(forAcme, NOW)).toEqual(other);
    forgetDraft(forAcme);
    expect(keptDraft(forAcme, NOW)).toBeNull();
  });
});
