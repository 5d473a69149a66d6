/** @soak */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import {
  type ForbidRule,
  forbidsCall,
  forbidsEntry,
  isNormalisedScope,
  normaliseScope,
  type ScopeEntry,
  scopeAllows,
  scopeNarrows,
} from './scope.js';

const vectors: {
  narrows: { title: string; narrow: ScopeEntry[]; wide: ScopeEntry[]; answer: boolean }[];
  normal: { title: string; entries: ScopeEntry[]; scope: ScopeEntry[] }[];
} = JSON.parse(readFileSync('test/vectors/resources.json', 'utf8'));

const resource = fc.constantFrom('a', 'b', 'a/*', 'a/b', 'a/**', '*', '*/b', '**', 'a/*/**');
const actions = fc.array(fc.constantFrom('list', 'read', 'Update'), { minLength: 1, maxLength: 4 });
const entries = fc.array(fc.record({ resource, actions }), { minLength: 1, maxLength: 5 });
const calls = ['a', 'b', 'a/b', 'a/z', 'z/b', 'a/b/z', 'z'].flatMap((called) =>
  ['list', 'read', 'Update'].map((action) => [called, action] as const),
);
const allowed = (scope: ScopeEntry[]) =>
  calls.filter(([called, action]) => scopeAllows(scope, called, action));

describe('normaliseScope', () => {
  test.each(vectors.normal)('vector: $title', ({ entries: input, scope }) => {
    expect(normaliseScope(input)).toEqual(scope);
  });

  test('is idempotent, ignores order and keeps what is allowed', () => {
    fc.assert(
      fc.property(entries, (input) => {
        const scope = normaliseScope(input);
        expect(normaliseScope(scope)).toEqual(scope);
        expect(isNormalisedScope(scope)).toBe(true);
        expect(isNormalisedScope(input)).toBe(JSON.stringify(input) === JSON.stringify(scope));
        const reversed = input
          .map((entry) => ({ ...entry, actions: [...entry.actions].reverse() }))
          .reverse();
        expect(normaliseScope(reversed)).toEqual(scope);
        expect(allowed(scope)).toEqual(allowed(input));
      }),
    );
  });

  test('writes segments as people type them in their one spelling', () => {
    const typed = [{ resource: 'customers/ann@x.example/*', actions: ['read'] }];
    const spelled = [{ resource: 'customers/ann%40x.example/*', actions: ['read'] }];
    expect(normaliseScope(typed)).toEqual(spelled);
    expect(normaliseScope(spelled)).toEqual(spelled);
    expect(normaliseScope([{ resource: 'Müller & Co/**', actions: ['read'] }])[0]?.resource).toBe(
      'M%C3%BCller%20%26%20Co/**',
    );
    for (const resource of ['a\\b', 'a\nb', 'a%2fb', '100%'])
      expect(() => normaliseScope([{ resource, actions: ['read'] }])).toThrow('not a resource');
  });

  test.each<[string, ScopeEntry[], string, string]>([
    ['an empty scope', [], 'invalid_scope', ''],
    ['a bad resource', [{ resource: 'a//b', actions: ['read'] }], 'invalid_scope', '/0/resource'],
    ['no actions', [{ resource: 'a', actions: [] }], 'invalid_scope', '/0/actions'],
    ['the action *', [{ resource: 'a', actions: ['read', '*'] }], 'invalid_scope', '/0/actions/1'],
    [
      'twenty-one entries',
      Array.from({ length: 21 }, (_none, index) => ({ resource: `a/${index}`, actions: ['read'] })),
      'terms_too_large',
      '',
    ],
  ])('refuses %s', (_case, input, code, pointer) => {
    expect(() => normaliseScope(input)).toThrow(expect.objectContaining({ code, pointer }));
    expect(isNormalisedScope(input)).toBe(false);
  });
});

describe('scopeNarrows', () => {
  test.each(vectors.narrows)('vector: $title', ({ narrow, wide, answer }) => {
    expect(scopeNarrows(narrow, wide)).toBe(answer);
  });

  test('is reflexive and transitive, and mutual narrowing means the same access', () => {
    fc.assert(
      fc.property(entries, entries, entries, (a, b, c) => {
        expect(scopeNarrows(a, a)).toBe(true);
        expect(scopeNarrows(a, [...a, ...b])).toBe(true);
        if (scopeNarrows(a, b) && scopeNarrows(b, c)) expect(scopeNarrows(a, c)).toBe(true);
        if (scopeNarrows(a, b) && scopeNarrows(b, a)) expect(allowed(a)).toEqual(allowed(b));
      }),
      { numRuns: runs(500) },
    );
  });

  test('a narrower scope never allows a call that the wider one does not', () => {
    fc.assert(
      fc.property(entries, entries, (narrow, wide) => {
        const outside = allowed(narrow).filter(([called, action]) => !scopeAllows(wide, called, action));
        if (outside.length > 0) expect(scopeNarrows(narrow, wide)).toBe(false);
      }),
    );
  });
});

describe('forbid', () => {
  const rule: ForbidRule = { service: 'billing', resource: 'payroll/**', actions: ['*'] };

  test.each([
    ['an entry inside', 'payroll/2026', true],
    ['an entry that reaches it with a wildcard', '*/2026', true],
    ['everything', '**', true],
    ['an entry beside it', 'invoices/*', false],
  ])('refuses on overlap: %s', (_case, asked, answer) => {
    expect(forbidsEntry(rule, 'billing', { resource: asked, actions: ['read'] })).toBe(answer);
    expect(forbidsEntry(rule, 'crm', { resource: asked, actions: ['read'] })).toBe(false);
  });

  test('may name single actions', () => {
    const updates = { ...rule, actions: ['update'] };
    expect(forbidsEntry(updates, 'billing', { resource: 'payroll', actions: ['read'] })).toBe(false);
    expect(forbidsEntry(updates, 'billing', { resource: 'payroll', actions: ['read', 'update'] })).toBe(true);
    expect(forbidsCall(updates, 'billing', 'payroll/1', 'update')).toBe(true);
    expect(forbidsCall(updates, 'billing', 'payroll/1', 'read')).toBe(false);
    expect(forbidsCall(updates, 'crm', 'payroll/1', 'update')).toBe(false);
  });

  test.each([
    'PAYROLL/2026',
    'payroll.json/2026',
    'Payroll/2026',
    'payroll%3Bx/1',
    'p%C2%ADayroll',
    'p%C3%A1yroll/1',
    'payroll%20.json/1',
    'PAYROLL/*',
  ])('also forbids %s, which a service may read as what the rule names', (asked) => {
    expect(forbidsEntry(rule, 'billing', { resource: asked, actions: ['read'] })).toBe(true);
    if (!asked.includes('*')) expect(forbidsCall(rule, 'billing', asked, 'read')).toBe(true);
  });

  test('forbids no other format of a file that it names, and nothing that only begins alike', () => {
    const file: ForbidRule = { service: 'billing', resource: 'files/report.pdf', actions: ['*'] };
    for (const [resource, answer] of [
      ['files/REPORT.pdf', true],
      ['files/report.pdf.json', true],
      ['files/report.docx', false],
      ['files/report', false],
      ['files/report.pdfx', false],
    ] as const)
      expect([resource, forbidsCall(file, 'billing', resource, 'read')]).toEqual([resource, answer]);
  });

  test('an entry that a rule does not forbid allows no call that the rule forbids', () => {
    fc.assert(
      fc.property(resource, actions, fc.record({ resource, actions }), (where, what, entry) => {
        const other: ForbidRule = { service: 'billing', resource: where, actions: what };
        if (forbidsEntry(other, 'billing', entry)) return;
        for (const [called, action] of allowed([entry])) {
          expect(forbidsCall(other, 'billing', called, action)).toBe(false);
        }
      }),
    );
  });
});
