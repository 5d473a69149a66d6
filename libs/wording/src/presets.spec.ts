import type { Terms } from '@countersign/contract';
import { parseTerms, termsWidenings } from '@countersign/contract';
import fc from 'fast-check';
import { sampleContext, sampleTerms } from '../../../test/factories/domain.js';
import { counterTerms, halfTheTime, type Narrowing, onlyObjects, readOnly } from './presets.js';

const DIGEST = `sha256:${'d'.repeat(64)}`;
const service = sampleContext().service!.definition;
const wide = sampleTerms({
  scope: [
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read', 'update'] },
  ],
});

const offered = (terms: Terms, change: Narrowing): Terms => parseTerms(counterTerms(terms, DIGEST, change));

test('read only leaves out whatever a route that writes does', () => {
  expect(readOnly(wide, service)).toEqual({
    scope: [
      { resource: 'invoices', actions: ['list'] },
      { resource: 'invoices/*', actions: ['read'] },
    ],
  });
});

test('read only of nothing but writing offers nothing', () => {
  expect(
    readOnly(sampleTerms({ scope: [{ resource: 'invoices/*', actions: ['update'] }] }), service),
  ).toBeNull();
});

test('an action that no route is known to do is not taken for reading', () => {
  expect(readOnly(sampleTerms({ scope: [{ resource: 'x', actions: ['peek'] }] }), service)).toBeNull();
});

test('only these objects keeps what was asked for each', () => {
  expect(onlyObjects(wide, ['invoices/17', 'invoices/18'])).toEqual({
    scope: [
      { resource: 'invoices/17', actions: ['read', 'update'] },
      { resource: 'invoices/18', actions: ['read', 'update'] },
    ],
  });
  expect(onlyObjects(wide, ['customers/1'])).toBeNull();
  expect(onlyObjects(wide, [])).toBeNull();
});

test('a shorter window also lapses earlier', () => {
  const later = sampleTerms({ startsAt: '2026-11-24T20:00:00Z', lapsesAt: '2026-11-24T21:00:00Z' });
  expect(offered(later, halfTheTime(later))).toMatchObject({
    seconds: 1800,
    lapsesAt: '2026-11-24T20:30:00Z',
  });
});

test('P1: every preset, one after the other in any order, makes terms that narrow', () => {
  const presets = fc.constantFrom<((terms: Terms) => Narrowing | null)[]>(
    (terms: Terms) => halfTheTime(terms),
    (terms: Terms) => readOnly(terms, service),
    (terms: Terms) => onlyObjects(terms, ['invoices/17']),
    (terms: Terms) => onlyObjects(terms, ['invoices']),
  );
  fc.assert(
    fc.property(fc.array(presets, { maxLength: 5 }), fc.boolean(), (chain, scheduled) => {
      const first = scheduled
        ? { ...wide, startsAt: '2026-11-24T20:00:00Z', lapsesAt: '2026-11-24T21:00:00Z' }
        : wide;
      let terms: Terms = first;
      for (const preset of chain) {
        const change = preset(terms);
        if (change === null) continue;
        const next = offered(terms, change);
        expect(termsWidenings(next, terms)).toEqual([]);
        terms = next;
      }
      expect(termsWidenings(terms, first)).toEqual([]);
    }),
  );
});
