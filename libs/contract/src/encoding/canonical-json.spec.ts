/** @soak */

import { readFileSync } from 'node:fs';
import rfc8785 from 'canonicalize';
import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import { ContractError } from '../errors.js';
import { canonicalJson } from './canonical-json.js';

type Vectors = {
  objects: { section: string; input: string; output: string }[];
  numbers: { ieee754: string; output: string | null }[];
};
const vectors: Vectors = JSON.parse(readFileSync('test/vectors/rfc8785/vectors.json', 'utf8'));

function double(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

function refusal(value: unknown): { code?: string; pointer?: string | undefined } {
  try {
    canonicalJson(value);
  } catch (error) {
    if (error instanceof ContractError) return { code: error.code, pointer: error.pointer };
  }
  return {};
}

describe('canonicalJson', () => {
  test.each(vectors.objects)('RFC 8785 section $section', ({ input, output }) => {
    expect(canonicalJson(JSON.parse(input))).toBe(output);
  });

  test.each(vectors.numbers)('RFC 8785 appendix B, $ieee754 is $output', ({ ieee754, output }) => {
    if (output === null) expect(refusal(double(ieee754)).code).toBe('invalid_canonical_value');
    else expect(canonicalJson(double(ieee754))).toBe(output);
  });

  test.each([
    ['an undefined member', { a: { b: undefined } }, '/a/b'],
    ['undefined in a list', [1, undefined], '/1'],
    ['a hole', Object.assign([], { 1: 1 }), ''],
    ['a named member of a list', Object.assign([1], { x: 1 }), ''],
    ['a lone high surrogate', { a: 'x\ud800' }, '/a'],
    ['a lone low surrogate', '\udc00x', ''],
    ['a name with a lone surrogate', { '\ud800': 1 }, ''],
    ['NaN', { 'a/b': Number.NaN }, '/a~1b'],
    ['Infinity', Number.POSITIVE_INFINITY, ''],
    ['a BigInt', 1n, ''],
    ['a function', { a: () => 1 }, '/a'],
    ['a symbol member', { [Symbol('a')]: 1 }, ''],
    ['a Date', { at: new Date(0) }, '/at'],
    ['a Map', new Map(), ''],
    ['toJSON', { toJSON: () => 'other' }, '/toJSON'],
    ['undefined itself', undefined, ''],
  ])('refuses %s, which the RFC’s library would drop, change or accept', (_case, value, pointer) => {
    expect(refusal(value)).toEqual({ code: 'invalid_canonical_value', pointer });
  });

  test('refuses a value nested 10,000 deep without exhausting the stack', () => {
    const deep: unknown = JSON.parse('['.repeat(10_000) + ']'.repeat(10_000));
    expect(refusal(deep).code).toBe('invalid_canonical_value');
  });

  test('refuses a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(refusal(cycle).code).toBe('invalid_canonical_value');
  });

  test('keeps members that are named like internals of objects', () => {
    expect(canonicalJson(JSON.parse('{"constructor":1,"__proto__":2}'))).toBe(
      '{"__proto__":2,"constructor":1}',
    );
  });

  test('is idempotent and keeps the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('writes every JSON value as the RFC’s own library does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), (value) => {
        expect(canonicalJson(value)).toBe(rfc8785(value));
      }),
      { numRuns: runs(500) },
    );
  });

  test('does not depend on the order of members', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 })),
        fc.infiniteStream(fc.nat()),
        (value, order) => {
          const shuffled = Object.entries(value)
            .map((entry) => ({ entry, key: order.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ entry }) => entry);
          expect(canonicalJson(Object.fromEntries(shuffled))).toBe(canonicalJson(value));
        },
      ),
    );
  });
});
