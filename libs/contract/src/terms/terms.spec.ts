/** @soak */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import type { Hashing } from '../encoding/digest.js';
import {
  canonicalTerms,
  latestEndOfTerms,
  MAX_TOKEN_BYTES,
  parseTerms,
  requireTermsFit,
  type Terms,
  termsDigest,
  termsTokenBytes,
} from './terms.js';

const vectors: {
  terms: { title: string; terms: Terms; canonical: string; digest: string }[];
  refused: { title: string; terms: unknown; code: string; pointer: string }[];
} = JSON.parse(readFileSync('test/vectors/terms.json', 'utf8'));
const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };
const [least, most] = vectors.terms.map(({ terms }) => terms);

describe('terms v1', () => {
  test.each(vectors.terms)('P1: vector, byte for byte: $title', ({ terms, canonical, digest }) => {
    expect(canonicalTerms(parseTerms(terms))).toBe(canonical);
    expect(termsDigest(hashing, parseTerms(terms))).toBe(digest);
  });

  test.each(vectors.refused)('P13: vector, refused: $title', ({ terms, code, pointer }) => {
    expect(() => parseTerms(terms)).toThrow(expect.objectContaining({ code, pointer }));
  });

  test.each([undefined, null, 1, 'terms', [], {}, { v: 1 }, { v: null }])('refuses %j', (value) => {
    expect(() => parseTerms(value)).toThrow(expect.objectContaining({ name: 'ContractError' }));
  });

  test('refuses an undefined member', () => {
    expect(() => parseTerms({ ...least!, ticket: undefined })).toThrow(
      expect.objectContaining({ code: 'invalid_terms', pointer: '/ticket' }),
    );
  });

  test('returns a copy, so that checked terms cannot be changed afterwards', () => {
    const input = structuredClone(least!);
    const read = parseTerms(input);
    input.scope[0]!.actions.push('update');
    expect(read).toEqual(least);
  });

  test('P13: refuses an unknown member at any depth', () => {
    const places = [[], ['scope', 0], ['budget'], ['change']] as (string | number)[][];
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.string({ minLength: 1 }),
        fc.jsonValue(),
        (place, name, value) => {
          const terms = structuredClone(most!);
          let target = terms as unknown as Record<string | number, unknown>;
          for (const part of place) target = target[part] as Record<string | number, unknown>;
          fc.pre(!Object.hasOwn(target, name) && name !== '__proto__');
          fc.pre(!(place.length === 0 && name === 'useBy'));
          target[name] = value;
          expect(() => parseTerms(terms)).toThrow(expect.objectContaining({ name: 'ContractError' }));
        },
      ),
    );
  });

  test('P13: refuses a value of another type in any member', () => {
    const other = fc.oneof(fc.constantFrom(null, true, [], {}, ['x'], { x: 1 }, -1, 1.5, '', ' '));
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(most!)), other, (member, value) => {
        expect(() => parseTerms({ ...most!, [member]: value })).toThrow(
          expect.objectContaining({ name: 'ContractError' }),
        );
      }),
      { numRuns: runs(500) },
    );
  });

  test('P1: any change of a member changes the digest', () => {
    const digests = vectors.terms.map(({ terms }) => termsDigest(hashing, terms));
    expect(new Set(digests).size).toBe(digests.length);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31_622_400 }), (seconds) => {
        expect(termsDigest(hashing, { ...least!, seconds }) === digests[0]).toBe(seconds === least!.seconds);
      }),
    );
  });
});

describe('the size of terms', () => {
  test('is the base64 of the terms, 950 bytes of frame and 1,300 for each approval', () => {
    expect([termsTokenBytes(300, 0), termsTokenBytes(301, 0), termsTokenBytes(300, 2)]).toEqual([
      1_350, 1_352, 3_950,
    ]);
  });

  test('terms at the limit fit, one byte more is terms_too_large', () => {
    const sized = (bytes: number, of = least!): Terms => {
      const actions = Array.from(
        { length: 58 },
        (_none, index) => `a${String(index).padStart(2, '0')}${'x'.repeat(61)}`,
      );
      const wide = { ...of, scope: [{ resource: 'r', actions }] };
      const rest = bytes - canonicalTerms(wide).length;
      return { ...wide, scope: [{ resource: 'r'.repeat(rest + 1), actions }] };
    };
    // 7,680 - 950 = 6,730 bytes of base64 hold 5,047 bytes of terms.
    expect(MAX_TOKEN_BYTES).toBe(7_680);
    expect(() => requireTermsFit(sized(5_047), 0)).not.toThrow();
    expect(() => requireTermsFit(sized(5_048), 0)).toThrow(
      expect.objectContaining({ code: 'terms_too_large' }),
    );
    const ofEntity = (value: string) => ({ requesterFacts: { entity: { value, verified: true } } });
    const named = sized(5_047, { ...least!, ...ofEntity('Nu') });
    expect(() => requireTermsFit(named, 0)).not.toThrow();
    // A letter outside ASCII has two bytes.
    expect(() => requireTermsFit({ ...named, ...ofEntity('Nü') }, 0)).toThrow(
      expect.objectContaining({ code: 'terms_too_large' }),
    );
    expect(() => requireTermsFit(most!, 3)).not.toThrow();
    expect(() => requireTermsFit(most!, 6)).toThrow(expect.objectContaining({ code: 'terms_too_large' }));
  });
});

const at = (clock: string) => `2026-11-24T${clock}Z`;
const end = (terms: Partial<Parameters<typeof latestEndOfTerms>[0]>) =>
  latestEndOfTerms({ startsOn: 'approval', lapsesAt: at('12:00:00'), seconds: 60, ...terms });

describe('the end of terms', () => {
  test.each([
    ['approved at the last moment', {}, at('12:01:00')],
    ['in the requested window, however late it is approved', { startsAt: at('11:59:30') }, at('12:00:30')],
    [
      'first used at the last moment',
      { startsOn: 'first-use' as const, useBy: at('14:00:00') },
      at('14:01:00'),
    ],
    ['approved at the last moment, which `useBy` does not move', { useBy: at('14:00:00') }, at('12:01:00')],
  ])('%s', (_case, terms, expected) => {
    expect(end(terms)).toBe(Date.parse(expected));
  });

  test('may be after the year 9999', () => {
    expect(end({ lapsesAt: '9999-12-31T23:59:59Z' })).toBe(Date.parse('9999-12-31T23:59:59Z') + 60_000);
  });
});
