import { parseTerms, type Terms, termsNarrow, termsWidenings } from '@countersign/contract';
import fc from 'fast-check';
import { sampleContext, sampleTerms } from '../../../test/factories/domain.js';
import {
  counterTerms,
  evaluateChoice,
  halfTime,
  type Narrowing,
  onlyObjects,
  pairOf,
  readOnly,
  readOnlyPairs,
  wholeChoice,
} from './counter-offer.js';

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
  expect(offered(later, halfTime(later))).toMatchObject({
    seconds: 1800,
    lapsesAt: '2026-11-24T20:30:00Z',
  });
});

test('P1: every preset, one after the other in any order, makes terms that narrow', () => {
  const presets = fc.constantFrom<((terms: Terms) => Narrowing | null)[]>(
    (terms: Terms) => halfTime(terms),
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

const uuid = '019a0000-1000-7abc-8def-000000000000';
const terms = parseTerms({
  v: 1,
  deployment: `dep_${uuid}`,
  request: `req_${uuid}`,
  basis: 'approval',
  tenant: 'acme',
  service: 'billing',
  routes: DIGEST,
  scope: [
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read', 'update'] },
  ],
  seconds: 1_800,
  startsOn: 'approval',
  lapsesAt: '2026-11-24T15:00:00Z',
  requester: `usr_${uuid}`,
  justification: `c1:${'A'.repeat(43)}`,
});
const whole = wholeChoice(terms);
const routes = [
  { method: 'GET', path: '/i', resource: 'invoices', action: 'list', query: [] },
  { method: 'GET', path: '/i/{id}', resource: 'invoices/{id}', action: 'read', query: [] },
  { method: 'PATCH', path: '/i/{id}', resource: 'invoices/{id}', action: 'update', query: [] },
];

/** The terms of an offer, which must narrow what was asked and be well-formed. */
function offeredBy(choice: Parameters<typeof evaluateChoice>[2]): Terms {
  const outcome = evaluateChoice(terms, DIGEST, choice);
  if (outcome.kind !== 'less') throw new Error(outcome.kind);
  expect(outcome.terms.parent).toBe(DIGEST);
  expect(termsNarrow(parseTerms(outcome.terms), terms)).toBe(true);
  return outcome.terms;
}

test('everything kept and the time unchanged is no offer: it is an approval', () => {
  expect(evaluateChoice(terms, DIGEST, whole)).toEqual({ kind: 'whole' });
});

test('read only leaves out what a writing route does', () => {
  const pairs = readOnlyPairs(terms, { routes });
  expect(pairs).toEqual(new Set(['invoices list', 'invoices/* read']));
  expect(offeredBy({ ...whole, pairs: pairs ?? new Set() }).scope).toEqual([
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read'] },
  ]);
});

test('half the time, with a comma or a point', () => {
  expect(offeredBy({ ...whole, minutes: '15' }).seconds).toBe(900);
  expect(offeredBy({ ...whole, minutes: '7,5' }).seconds).toBe(450);
});

test('only these objects, by name or by path, with what was asked for each', () => {
  expect(offeredBy({ ...whole, objects: 'inv-1, invoices/inv-2' }).scope).toEqual([
    { resource: 'invoices/inv-1', actions: ['read', 'update'] },
    { resource: 'invoices/inv-2', actions: ['read', 'update'] },
  ]);
});

test.each([
  ['no action', { ...whole, pairs: new Set<string>() }, 'nothing_left'],
  ['an object that was not asked for', { ...whole, objects: 'payroll/1' }, 'unknown_object'],
  ['more time than was asked for', { ...whole, minutes: '31' }, 'bad_time'],
  ['no time', { ...whole, minutes: '0' }, 'bad_time'],
  ['no number', { ...whole, minutes: 'soon' }, 'bad_time'],
])('%s cannot be granted', (_case, choice, why) => {
  expect(evaluateChoice(terms, DIGEST, choice)).toEqual({ kind: 'wrong', why });
});

test('one action taken out is an offer of the rest', () => {
  const pairs = new Set(whole.pairs);
  pairs.delete(pairOf('invoices/*', 'update'));
  expect(offeredBy({ ...whole, pairs }).scope).toEqual([
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read'] },
  ]);
});
