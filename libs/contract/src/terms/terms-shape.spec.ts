import { readFileSync } from 'node:fs';
import { MAX_SECONDS } from './members.js';
import type { Terms } from './terms.js';
import { surelyHasShapeOfTerms } from './terms-shape.js';

const [least, most]: Terms[] = JSON.parse(readFileSync('test/vectors/terms.json', 'utf8')).terms.map(
  ({ terms }: { terms: Terms }) => terms,
);
const { change: _change, requesterFacts: _facts, ...flat } = { ...least!, ...most! };
const digest = `sha256:${'0'.repeat(64)}`;
const entry = { resource: 'invoices/7', actions: ['read'] };
/** Terms with every member that the fast check knows. */
const all: Terms = {
  ...flat,
  parent: digest,
  extends: digest,
  invitation: digest,
  startsAt: '2026-11-24T15:00:00Z',
  useBy: '2026-11-24T18:00:00Z',
  budget: { calls: 1, bytes: 1 },
  unmasked: true,
  ticket: flat.justification,
};
const without = (name: string) => Object.fromEntries(Object.entries(all).filter(([each]) => each !== name));
const OPTIONAL = ['parent', 'extends', 'invitation', 'startsAt', 'useBy', 'budget', 'unmasked', 'ticket'];

describe('terms have their shape', () => {
  test('with every member, and without any of those that may be absent', () => {
    expect(surelyHasShapeOfTerms(all)).toBe(true);
    for (const name of OPTIONAL) expect(surelyHasShapeOfTerms(without(name))).toBe(true);
  });

  test.each<[string, unknown[]]>([
    ['basis', ['approval', 'invitation', 'emergency', 'legal']],
    ['startsOn', ['approval', 'first-use']],
    ['seconds', [1, MAX_SECONDS]],
    ['scope', [[entry], Array(20).fill(entry), [{ resource: '', actions: [] }, entry]]],
    ['budget', [{ calls: 1 }, { bytes: 1 }]],
  ])('with each value that %s may have', (name, values) => {
    for (const value of values) expect(surelyHasShapeOfTerms({ ...all, [name]: value })).toBe(true);
  });
});

describe('P13: terms do not have their shape', () => {
  test.each([undefined, null, 1, 'terms', [], {}, Object.assign([], all), Object.assign(() => 0, all)])(
    'if they are %p',
    (value) => {
      expect(surelyHasShapeOfTerms(value)).toBe(false);
    },
  );

  test('without any other member', () => {
    const required = Object.keys(all).filter((name) => !OPTIONAL.includes(name));
    expect(required).toHaveLength(13);
    for (const name of required) expect(surelyHasShapeOfTerms(without(name))).toBe(false);
  });

  test.each(['more', 'change', 'toString', '__proto__'])(
    'with %s, which the fast check does not know',
    (name) => {
      const more = JSON.parse(`${JSON.stringify(all).slice(0, -1)},"${name}":{}}`);
      expect(surelyHasShapeOfTerms(more)).toBe(false);
    },
  );

  test('if a member has no value, or one of another type, also one that is read as the right text', () => {
    for (const [name, value] of Object.entries(all))
      for (const other of [undefined, null, {}, [value], -7, false, { toString: () => value }])
        expect([name, other, surelyHasShapeOfTerms({ ...all, [name]: other })]).toEqual([name, other, false]);
  });

  test.each<[string, unknown[]]>([
    ['v', [0, 2, '1']],
    ['deployment', ['', 'dep_', flat.request, `${flat.deployment}0`]],
    ['request', ['', 'req_', flat.deployment, `x${flat.request}`]],
    ['requester', ['', 'usr_', flat.deployment]],
    ['basis', ['', 'odd']],
    ['startsOn', ['', 'use']],
    ['routes', ['', 'sha256:', `${digest}0`]],
    ['parent', ['', 'sha256:', digest.toUpperCase()]],
    ['unmasked', [false, 'true']],
    ['seconds', [0, -1, 1.5, MAX_SECONDS + 1, '7', Number.NaN]],
    ['budget', [{}, { calls: 0 }, { calls: 1, more: 1 }]],
  ])('with a wrong %s', (name, values) => {
    for (const value of values) expect(surelyHasShapeOfTerms({ ...all, [name]: value })).toBe(false);
  });

  test.each<[string, unknown]>([
    ['more than twenty entries', Array(21).fill(entry)],
    ['text', 'invoices/7'],
    ['one entry without its list', entry],
    ['an entry that is null', [entry, null]],
    ['an entry that is text', [entry, 'invoices/7']],
    ['an entry that is an array', [Object.assign([], entry)]],
    ['an entry that is a function', [Object.assign(() => 0, entry)]],
    ['an entry with more members', [{ ...entry, more: 1 }]],
    ['an entry without actions', [{ resource: 'invoices/7', other: [] }]],
    ['an entry without a resource', [{ actions: ['read'], other: '' }]],
    ['a resource that is a number', [{ ...entry, resource: 7 }]],
    ['actions that are text', [{ ...entry, actions: 'read' }]],
    ['an action that is a number', [{ ...entry, actions: ['read', 7] }]],
  ])('with a scope that has or is %s', (_, scope) => {
    expect(surelyHasShapeOfTerms({ ...all, scope })).toBe(false);
  });
});
