import type { Terms } from '@countersign/contract';
import { parseTerms, termsNarrow } from '@countersign/contract';
import { outcomeOf, pairOf, readOnlyPairs, wholeChoice } from './choice.js';

const DIGEST = `sha256:${'d'.repeat(64)}`;
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
function offered(choice: Parameters<typeof outcomeOf>[2]): Terms {
  const outcome = outcomeOf(terms, DIGEST, choice);
  if (outcome.kind !== 'less') throw new Error(outcome.kind);
  expect(outcome.terms.parent).toBe(DIGEST);
  expect(termsNarrow(parseTerms(outcome.terms), terms)).toBe(true);
  return outcome.terms;
}

test('everything kept and the time unchanged is no offer: it is an approval', () => {
  expect(outcomeOf(terms, DIGEST, whole)).toEqual({ kind: 'whole' });
});

test('read only leaves out what a writing route does', () => {
  const kept = readOnlyPairs(terms, { routes });
  expect(kept).toEqual(new Set(['invoices list', 'invoices/* read']));
  expect(offered({ ...whole, kept: kept ?? new Set() }).scope).toEqual([
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read'] },
  ]);
});

test('half the time, with a comma or a point', () => {
  expect(offered({ ...whole, minutes: '15' }).seconds).toBe(900);
  expect(offered({ ...whole, minutes: '7,5' }).seconds).toBe(450);
});

test('only these objects, by name or by path, with what was asked for each', () => {
  expect(offered({ ...whole, objects: 'inv-1, invoices/inv-2' }).scope).toEqual([
    { resource: 'invoices/inv-1', actions: ['read', 'update'] },
    { resource: 'invoices/inv-2', actions: ['read', 'update'] },
  ]);
});

test.each([
  ['no action', { ...whole, kept: new Set<string>() }, 'nothing_left'],
  ['an object that was not asked for', { ...whole, objects: 'payroll/1' }, 'unknown_object'],
  ['more time than was asked for', { ...whole, minutes: '31' }, 'bad_time'],
  ['no time', { ...whole, minutes: '0' }, 'bad_time'],
  ['no number', { ...whole, minutes: 'soon' }, 'bad_time'],
])('%s cannot be granted', (_case, choice, why) => {
  expect(outcomeOf(terms, DIGEST, choice)).toEqual({ kind: 'wrong', why });
});

test('one action taken out is an offer of the rest', () => {
  const kept = new Set(whole.kept);
  kept.delete(pairOf('invoices/*', 'update'));
  expect(offered({ ...whole, kept }).scope).toEqual([
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read'] },
  ]);
});
