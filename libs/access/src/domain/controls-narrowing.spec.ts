import fc from 'fast-check';
import { changedMembers, narrowingPart, narrowsControls, widenedControls } from './controls-narrowing.js';
import type { ControlRule, PrivacyControls } from './privacy-controls.js';
import type { SupervisionRule } from './supervision.js';

const actions = ['list', 'read', 'update'];
const rules: ControlRule[] = [
  { approvals: 2 },
  { services: ['status'], mode: 'observe' },
  { services: ['status'], mode: 'observe', maxBudget: { calls: 3 } },
  { actions: ['read'], maxDuration: 60 },
  { stages: [{ name: 'owner', groups: ['owners'], approvals: 1 }] },
];
const supervised: SupervisionRule[] = [
  { name: 'bulk', count: 'calls', over: 100, within: 300, do: 'pause' },
  { name: 'reads', count: 'calls', actions: ['read'], over: 10, within: 60, do: 'notify' },
  { name: 'abroad', count: 'other-country', over: 0, within: 60, do: 'stop' },
];
const places = ['DE', 'FR'].map((country) => ({ country, networks: ['203.0.113.0/24'] }));
const deputy = { for: 'owners', by: 'cover', from: '2026-12-21', to: '2027-01-03' };

/** Controls from few values, so that two of them often agree in some members. */
const anyControls: fc.Arbitrary<PrivacyControls> = fc
  .record({
    approvals: fc.integer({ min: 1, max: 3 }),
    maxDuration: fc.constantFrom(null, 600, 3_600),
    levels: fc.array(fc.constantFrom('countersign', 'slack', 'page'), { minLength: 3, maxLength: 3 }),
    forbid: fc.subarray(actions.map((action) => ({ service: 's', resource: '**', actions: [action] }))),
    requireGateway: fc.constantFrom(undefined, true as const),
    keepMasked: fc.constantFrom(undefined, true as const),
    zone: fc.constantFrom(undefined, 'Europe/Paris'),
    rules: fc.subarray(rules),
    deputies: fc.subarray([deputy]),
    unnotified: fc.subarray(['owners', 'cover']),
    supervision: fc.subarray(supervised),
    practice: fc.constantFrom(undefined, { quarterly: true }, { quarterly: false }),
    places: fc.subarray(places),
    emergency: fc.constantFrom(undefined, 60, 3_600),
    widening: fc.constantFrom(
      undefined,
      { delay: 60, secondAdmin: false },
      { delay: 0, secondAdmin: true },
      { delay: 3_600, secondAdmin: true },
    ),
  })
  .map(({ levels, emergency, ...rest }) => {
    const at = (level: string) => actions.filter((_, index) => levels[index] === level);
    const allow = [{ services: ['s'], actions: ['read'], maxDuration: emergency ?? 0 }];
    const all = {
      ...rest,
      ...{ countersign: at('countersign'), slackMayApprove: at('slack') },
      emergency: emergency === undefined ? undefined : { allow, disclosureDue: 86_400 },
    };
    const isEmpty = (name: string, value: unknown) =>
      value === undefined ||
      (['rules', 'deputies', 'unnotified', 'supervision', 'places'].includes(name) &&
        (value as unknown[]).length === 0);
    const set = Object.entries(all).filter(([name, value]) => !isEmpty(name, value));
    return Object.fromEntries(set) as unknown as PrivacyControls;
  });

test('to require the gateway narrows; to accept other modes again is a widening', () => {
  const all: PrivacyControls = {
    ...{ approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] },
  };
  const only: PrivacyControls = { ...all, requireGateway: true };
  expect([narrowsControls(all, only), narrowsControls(only, all)]).toEqual([true, false]);
  expect(narrowingPart(only, all)).toEqual(only);
});

test('to switch the practice off is a widening, and to move its hours is none', () => {
  const controls = (practice: PrivacyControls['practice']) =>
    ({
      approvals: 1,
      maxDuration: null,
      countersign: [],
      slackMayApprove: [],
      forbid: [],
      ...(practice && { practice }),
    }) satisfies PrivacyControls;
  const hours = [{ days: ['tue' as const], from: '10:00', to: '12:00' }];
  expect(narrowsControls(controls({ quarterly: true }), controls({ quarterly: true, hours }))).toBe(true);
  expect(narrowsControls(controls(undefined), controls({ quarterly: true }))).toBe(true);
  expect(narrowsControls(controls({ quarterly: true }), controls(undefined))).toBe(false);
  expect(narrowsControls(controls(undefined), controls({ quarterly: false }))).toBe(false);
});

describe('P13: the narrowing part of a change', () => {
  test('narrows the controls before it', () => {
    fc.assert(
      fc.property(anyControls, anyControls, (before, after) => {
        expect(narrowsControls(before, narrowingPart(before, after))).toBe(true);
      }),
    );
  });

  test('is all of a change that narrows', () => {
    fc.assert(
      fc.property(anyControls, anyControls, (before, after) => {
        const narrowed = narrowingPart(before, after);
        expect(narrowsControls(narrowed, narrowingPart(narrowed, narrowed))).toBe(true);
        if (narrowsControls(before, after)) expect(narrowsControls(after, narrowed)).toBe(true);
      }),
    );
  });

  test('never lets Slack approve what must be countersigned', () => {
    fc.assert(
      fc.property(anyControls, anyControls, anyControls, (before, after, present) => {
        for (const { countersign, slackMayApprove } of [
          narrowingPart(before, after),
          widenedControls(present, { before, after }),
        ])
          expect(slackMayApprove.filter((action) => countersign.includes(action))).toEqual([]);
      }),
    );
  });
});

describe('P13: a widening at its time', () => {
  test('leads to the proposed controls if nothing has changed since', () => {
    fc.assert(
      fc.property(anyControls, anyControls, (before, after) => {
        expect(widenedControls(before, { before, after })).toEqual(after);
      }),
    );
  });

  test('leaves what was changed since as it was changed', () => {
    fc.assert(
      fc.property(anyControls, anyControls, anyControls, (before, after, other) => {
        const present = narrowingPart(before, other);
        const widened = widenedControls(present, { before, after });
        for (const name of Object.keys(present) as (keyof PrivacyControls)[])
          if (JSON.stringify(present[name]) !== JSON.stringify(before[name]))
            expect(widened[name]).toEqual(present[name]);
      }),
    );
  });
});

test.each<[string, PrivacyControls['widening'], PrivacyControls['widening'], boolean]>([
  ['a longer delay', { delay: 60, secondAdmin: true }, { delay: 61, secondAdmin: true }, true],
  ['a shorter delay', { delay: 60, secondAdmin: true }, { delay: 59, secondAdmin: true }, false],
  ['no second admin', { delay: 60, secondAdmin: true }, { delay: 60, secondAdmin: false }, false],
  ['neither any more', { delay: 60, secondAdmin: false }, undefined, false],
  ['a delay where there was none', undefined, { delay: 60, secondAdmin: false }, true],
])('the setting itself: %s', (_what, before, after, narrows) => {
  const controls = (widening: PrivacyControls['widening']): PrivacyControls => ({
    ...{ approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] },
    ...(widening === undefined ? {} : { widening }),
  });
  expect(narrowsControls(controls(before), controls(after))).toBe(narrows);
});

describe('the members that a change touches', () => {
  test('P13: a change narrows the controls exactly if no member widens, and the other way round', () => {
    fc.assert(
      fc.property(anyControls, anyControls, (before, after) => {
        const effects = changedMembers(before, after).map(({ effect }) => effect);
        const some = (...names: string[]) => effects.some((effect) => names.includes(effect));
        expect(narrowsControls(before, after)).toBe(!some('widens', 'both'));
        expect(narrowsControls(after, before)).toBe(!some('narrows', 'both'));
      }),
    );
  });

  test('an order of rules changes nothing, and a rule in the place of another one does both', () => {
    const none = { approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] };
    const base = {
      ...none,
      rules: [{ approvals: 2 }, { actions: ['read'], maxDuration: 60 }],
    };
    const turned = { ...base, rules: [...base.rules].reverse() };
    expect(changedMembers(base, turned)).toEqual([{ member: 'rules', effect: 'neither' }]);
    const replaced = { ...base, rules: [{ approvals: 3 }] };
    expect(changedMembers(base, replaced)).toEqual([{ member: 'rules', effect: 'both' }]);
    expect(changedMembers(base, base)).toEqual([]);
  });
});

test('another list of places is a widening if a rule of the customer reads it', () => {
  const base = { approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] };
  const [, , abroad] = supervised;
  const reading: PrivacyControls = { ...base, supervision: [abroad as SupervisionRule] };
  expect(narrowsControls(base, { ...base, places })).toBe(true);
  expect(narrowsControls(reading, { ...reading, places })).toBe(false);
  expect(narrowsControls({ ...reading, places }, reading)).toBe(false);
  expect(narrowingPart(reading, { ...reading, places })).toEqual(reading);
});
