/** @soak */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import { normaliseScope } from '../resource/scope.js';
import { toInstant } from '../time.js';
import { termsNarrow, termsWidenings } from './narrow.js';
import type { Terms } from './terms.js';
import { parseTerms } from './terms.js';
import { TERMS_TEXTS } from './texts.js';

const vectors: { terms: { terms: Terms }[] } = JSON.parse(readFileSync('test/vectors/terms.json', 'utf8'));
const base = parseTerms(vectors.terms[0]!.terms);
const T0 = Date.parse('2026-11-24T15:00:00Z');
const at = (seconds: number): string => toInstant(new Date(T0 + seconds * 1_000));

const count = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
const scope = fc
  .array(
    fc.record({
      resource: fc.constantFrom('a', 'a/*', 'a/b', 'a/**', '*', '**'),
      actions: fc.subarray(['list', 'read', 'update'], { minLength: 1 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map(normaliseScope);

type Knobs = {
  scope: Terms['scope'];
  seconds: number;
  startsAt: number | undefined;
  useBy: number | undefined;
  lapses: number;
  calls: number | undefined;
  bytes: number | undefined;
};

const knobs: fc.Arbitrary<Knobs> = fc.record({
  scope,
  seconds: fc.integer({ min: 1, max: 6 }),
  startsAt: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
  useBy: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  lapses: fc.integer({ min: 1, max: 6 }),
  calls: count,
  bytes: count,
});

/** Terms that differ, in small steps, in every member that may differ. */
function turned({ scope: entries, seconds, startsAt, useBy, lapses, calls, bytes }: Knobs): Terms {
  const { startsAt: _start, useBy: _useBy, budget: _budget, ...rest } = base;
  const bounds = [lapses, useBy ?? lapses, startsAt === undefined ? lapses : startsAt + seconds];
  const budget = { ...(calls === undefined ? {} : { calls }), ...(bytes === undefined ? {} : { bytes }) };
  return parseTerms({
    ...rest,
    scope: entries,
    seconds,
    startsOn: 'approval',
    lapsesAt: at(Math.min(...bounds)),
    ...(startsAt === undefined ? {} : { startsAt: at(startsAt) }),
    ...(useBy === undefined ? {} : { useBy: at(useBy) }),
    ...(calls === undefined && bytes === undefined ? {} : { budget }),
  });
}

const someTerms = knobs.map(turned);

/** Three terms. Each is the one before with one or two members changed, so that pairs often narrow each other. */
const cousins: fc.Arbitrary<[Terms, Terms, Terms]> = fc
  .tuple(knobs, knobs, knobs, fc.infiniteStream(fc.boolean()))
  .map(([first, second, third, turns]) => {
    const turn = (from: Knobs, to: Knobs): Knobs =>
      Object.fromEntries(
        Object.entries(from).map(([name, value]) => [
          name,
          turns.next().value === true && turns.next().value === true ? to[name as keyof Knobs] : value,
        ]),
      ) as Knobs;
    const middle = turn(first, second);
    return [turned(first), turned(middle), turned(turn(middle, third))];
  });

/** Every second in which a grant of these terms could be open, whenever it is approved. */
function openSeconds({ startsAt, lapsesAt, seconds }: Terms): Set<number> {
  const begin = (Date.parse(startsAt ?? at(0)) - T0) / 1_000;
  const end = (Date.parse(startsAt ?? lapsesAt) - T0) / 1_000 + seconds;
  return new Set(Array.from({ length: end - begin }, (_none, index) => begin + index));
}

describe('terms that narrow others', () => {
  test('terms narrow themselves', () => {
    fc.assert(fc.property(someTerms, (terms) => termsNarrow(terms, terms)));
  });

  test.each(TERMS_TEXTS)('P1: another text for the %s is refused, by name', (name) => {
    const [one, other] = ['A', 'E'].map((last) => ({ ...base, [name]: `c1:${'A'.repeat(42)}${last}` }));
    expect(termsWidenings(other!, one!).map(({ pointer }) => pointer)).toEqual([`/${name}`]);
  });

  test('narrowing is transitive', () => {
    fc.assert(
      fc.property(cousins, ([a, b, c]) => {
        if (termsNarrow(a, b) && termsNarrow(b, c)) expect(termsWidenings(a, c)).toEqual([]);
      }),
      { numRuns: runs(1_000) },
    );
  });

  test('P1: narrower terms are never open in a second in which the wider could not be, nor for longer', () => {
    let narrowings = 0;
    fc.assert(
      fc.property(cousins, ([narrow, wide]) => {
        if (!termsNarrow(narrow, wide)) return;
        narrowings += 1;
        const could = openSeconds(wide);
        expect([...openSeconds(narrow)].filter((second) => !could.has(second))).toEqual([]);
        expect(narrow.seconds).toBeLessThanOrEqual(wide.seconds);
        expect(narrow.budget?.calls ?? Infinity).toBeLessThanOrEqual(wide.budget?.calls ?? Infinity);
        expect(narrow.budget?.bytes ?? Infinity).toBeLessThanOrEqual(wide.budget?.bytes ?? Infinity);
      }),
      { numRuns: runs(1_000) },
    );
    expect(narrowings).toBeGreaterThan(runs(1_000) / 10);
  });

  const wide: Terms = { ...base, seconds: 3_600, lapsesAt: at(7_200) };
  test.each<[string, Partial<Terms>, string]>([
    ['another resource', { scope: [{ resource: 'elsewhere', actions: ['read'] }] }, '/scope'],
    ['a longer time', { seconds: 3_601 }, '/seconds'],
    ['a later lapse', { lapsesAt: at(7_201) }, '/lapsesAt'],
    ['a start whose window ends too late', { startsAt: at(7_201) }, '/startsAt'],
    ['another requester', { requester: 'usr_0199f0a0-7b2c-7003-8000-000000000009' }, '/requester'],
    [
      'a place of the requester that was not stated',
      { requesterFacts: { country: { value: 'DE', verified: true } } },
      '/requesterFacts',
    ],
    ['another basis', { basis: 'legal' }, '/basis'],
    ['another route map', { routes: `sha256:${'9'.repeat(64)}` }, '/routes'],
    ['another justification', { justification: `c1:${'B'.repeat(43)}` }, '/justification'],
    ['a ticket of its own', { ticket: `c1:${'B'.repeat(43)}` }, '/ticket'],
    ['another way to start', { startsOn: 'first-use', useBy: at(7_200) }, '/startsOn'],
    ['a change of its own', { change: { method: 'GET', path: '/', bodySha256: wide.routes } }, '/change'],
    ['an extension of something', { extends: wide.routes }, '/extends'],
  ])('%s is refused, by name', (_title, change, pointer) => {
    expect(termsWidenings({ ...wide, ...change }, wide).map((each) => each.pointer)).toEqual([pointer]);
  });

  test('a budget, a use-by and a start cannot be dropped', () => {
    const bound: Terms = { ...wide, budget: { calls: 2 }, useBy: at(7_200), startsAt: at(3_600) };
    expect(termsWidenings(wide, bound).map((each) => each.pointer)).toEqual([
      '/budget',
      '/startsAt',
      '/useBy',
    ]);
    expect(termsNarrow({ ...bound, budget: { calls: 1, bytes: 5 } }, bound)).toBe(true);
  });
});

test('a counter-offer may keep hidden fields hidden, and never shows them by itself', () => {
  const shown: Terms = { ...base, unmasked: true };
  expect(termsWidenings(base, shown)).toEqual([]);
  expect(termsWidenings(shown, shown)).toEqual([]);
  expect(termsWidenings(shown, base)).toEqual([{ pointer: '/unmasked', detail: expect.any(String) }]);
});

test('P13: only an approval or an invitation shows hidden fields, and the member is true or absent', () => {
  const invited = { basis: 'invitation', invitation: `sha256:${'0'.repeat(64)}` };
  for (const by of [{}, invited]) expect(parseTerms({ ...base, ...by, unmasked: true }).unmasked).toBe(true);
  for (const by of [{ basis: 'emergency' }, { basis: 'legal' }])
    expect(() => parseTerms({ ...base, ...by, unmasked: true })).toThrow(/basis: approval/);
  for (const value of [false, null, 'true', 1])
    expect(() => parseTerms({ ...base, unmasked: value })).toThrow();
});
