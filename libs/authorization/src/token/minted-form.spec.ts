/** @soak */

import { canonicalJson, hasDuplicateMember, type Terms } from '@countersign/contract';
import fc from 'fast-check';
import { sampleClaims, sampleHeader, sampleTerms } from '../../../../test/factories/grant-token.js';
import { runs } from '../../../../test/support/samples.js';
import { readMintedHeader, readMintedPayload } from './minted-form.js';

const canonical = (terms: object): object => JSON.parse(canonicalJson(terms));
/** In the order in which brokers write claims; further ones come last. */
const payloadOf = (terms: object, { log, ...change }: Record<string, unknown> = {}): string => {
  const authorization_details = [{ type: 'tenant_data', terms: canonical(terms) }];
  const { digest, countersignatures, ...claims } = sampleClaims(change);
  const { authorization_details: _sample, ...first } = claims;
  const known = Object.keys(sampleClaims());
  const begins = Object.entries(first).filter(([name]) => known.includes(name));
  const further = Object.entries(first).filter(([name]) => !known.includes(name));
  return JSON.stringify({
    ...Object.fromEntries(begins),
    ...{ log, digest, authorization_details, countersignatures },
    ...Object.fromEntries(further),
  });
};
const digest = `sha256:${'0'.repeat(64)}`;
const optional: Partial<Terms> = {
  budget: { bytes: 7, calls: 2 },
  extends: digest,
  invitation: digest,
  parent: digest,
  startsAt: '2026-11-24T15:00:00Z',
  ticket: sampleTerms.justification,
  unmasked: true,
  useBy: '2026-11-24T18:00:00Z',
};
const rare = {
  change: { method: 'GET', path: '/', bodySha256: digest },
  requesterFacts: { country: { value: 'DE', verified: true } },
};

/** The general reader: what a JSON parser reads, if no member is there twice. */
function readAny(json: string): { value: unknown } | undefined {
  try {
    return hasDuplicateMember(json) ? undefined : { value: JSON.parse(json) };
  } catch {
    return undefined;
  }
}

/** Throws if a reader reads text of the minted form in another way than the general reader. Returns whether it read it. */
function agrees(json: string): boolean {
  const minted = readMintedPayload(json);
  if (minted === undefined) return false;
  expect(readAny(json)).toStrictEqual({ value: minted.payload });
  const [detail] = minted.payload['authorization_details'] as { terms: object }[];
  expect(minted.termsText).toBe(canonicalJson(detail?.terms));
  return true;
}

const scope = fc.array(
  fc.record({ resource: fc.string(), actions: fc.array(fc.string(), { maxLength: 3 }) }),
  { maxLength: 3 },
);
const optionalMembers = fc.subarray(Object.keys(optional) as (keyof Terms)[]);
const someTerms = fc
  .tuple(optionalMembers, scope, fc.nat(), fc.constantFrom({}, { calls: 1 }, { bytes: 3 }))
  .map(([names, entries, seconds, budget]) => ({
    ...sampleTerms,
    ...Object.fromEntries(names.map((name) => [name, optional[name]])),
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
    scope: entries,
    seconds,
  }));
const somePayload = fc
  .record({
    terms: someTerms,
    change: fc.record(
      {
        iss: fc.oneof(fc.string(), fc.constant('ü €')),
        jti: fc.string(),
        iat: fc.oneof(fc.nat(), fc.double(), fc.maxSafeInteger()),
        log: fc.string(),
        countersignatures: fc.array(fc.jsonValue({ maxDepth: 2 })),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ terms, change }) => payloadOf(terms, change));

describe('the minted form of a payload', () => {
  test('a general reader reads it alike, whatever the terms are', () => {
    let minted = 0;
    fc.assert(
      fc.property(somePayload, (json) => {
        if (agrees(json)) minted += 1;
      }),
      { numRuns: runs(2_000) },
    );
    expect(minted).toBeGreaterThan(0);
  });

  test('P1: text that is almost of that form is read alike, or left to the general reader', () => {
    const pieces = [
      ...[
        '"',
        '\\',
        '\\"',
        '\\u0022',
        ' ',
        '\n',
        ',',
        ':',
        '{',
        '}',
        '[',
        ']',
        '0',
        '1',
        '-',
        '.5',
        'e9',
        'null',
      ],
      ...[
        '"iss":"x",',
        '"exp":9999999999,',
        '"v":1,',
        '"tenant":"globex",',
        ',"v":1',
        '"__proto__":1,',
        '\ud800',
      ],
      ...['"actions":["read"],', '"calls":9', ',"countersignatures":[{"a":1,"a":2}]', '\u0000', 'true'],
    ];
    const edit = fc.record({
      at: fc.nat({ max: 2_000 }),
      removed: fc.oneof(fc.constant(0), fc.nat({ max: 40 })),
      added: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })),
    });
    fc.assert(
      fc.property(somePayload, fc.array(edit, { minLength: 1, maxLength: 3 }), (json, edits) => {
        let text = json;
        for (const { at, removed, added } of edits) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + added + text.slice(place + removed);
        }
        // A token's text comes from UTF-8, which has no lone surrogate.
        agrees(Buffer.from(text).toString());
      }),
      { numRuns: runs(5_000) },
    );
  });

  test('P1: a member that is there twice, in any place, is never of that form', () => {
    const json = payloadOf({ ...sampleTerms, ...optional }, { log: 'x', countersignatures: [{ a: 1 }] });
    const names = [...json.matchAll(/"[a-z_A-Z]+":(?:"[^"]*"|\d+|true)/g)];
    expect(names.length).toBeGreaterThan(30);
    for (const { 0: member, index } of names) {
      const twice = `${json.slice(0, index)}${member},${json.slice(index)}`;
      expect(hasDuplicateMember(twice)).toBe(true);
      expect(readMintedPayload(twice)).toBeUndefined();
    }
  });

  test.each<[string, object, Record<string, unknown>]>([
    ['what brokers mint', sampleTerms, {}],
    ['every optional member', { ...sampleTerms, ...optional }, { log: 'sealed-x' }],
    ['a budget of calls', { ...sampleTerms, budget: { calls: 1 } }, {}],
    ['a budget of bytes', { ...sampleTerms, budget: { bytes: 1 } }, {}],
    ['countersignatures', sampleTerms, { countersignatures: [{ statement: { note: 'a "b" \\ c' } }] }],
    ['letters outside ASCII', sampleTerms, { iss: 'https://bücher.example' }],
  ])('has %s', (_case, terms, change) => {
    expect(agrees(payloadOf(terms, change))).toBe(true);
  });

  test.each<[string, string]>([
    ['an escape', payloadOf(sampleTerms, { iss: 'a"b' })],
    ['a change', payloadOf({ ...sampleTerms, change: rare.change })],
    ['facts about the requester', payloadOf({ ...sampleTerms, requesterFacts: rare.requesterFacts })],
    ['a further claim', payloadOf(sampleTerms, { cnf: null })],
    ['another order', JSON.stringify(Object.fromEntries(Object.entries(sampleClaims()).reverse()))],
    ['a number that is not exact', payloadOf({ ...sampleTerms, seconds: 2 ** 60 })],
    ['white space', `${payloadOf(sampleTerms)} `],
    ['a list that is not JSON', `${payloadOf(sampleTerms).slice(0, -1)},"countersignatures":[}]}`],
    [
      'a member twice in the list',
      `${payloadOf(sampleTerms).slice(0, -1)},"countersignatures":[{"a":1,"a":1}]}`,
    ],
  ])('does not have %s', (_case, json) => {
    expect(agrees(json)).toBe(false);
  });
});

describe('the minted form of a header', () => {
  test('is what brokers mint', () => {
    expect(readMintedHeader(JSON.stringify(sampleHeader))).toEqual(sampleHeader);
  });

  test('P1: text that is almost of that form is read alike, or left to the general reader', () => {
    const json = JSON.stringify(sampleHeader);
    const part = fc.oneof(
      fc.constantFrom('"', '\\', ',', '"kid":"x",', ',"jwk":{}', ' ', 'none'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.nat({ max: json.length }), fc.nat({ max: 9 }), part, (at, removed, added) => {
        const text = json.slice(0, at) + added + json.slice(at + removed);
        const minted = readMintedHeader(text);
        if (minted !== undefined) expect(readAny(text)).toStrictEqual({ value: minted });
      }),
      { numRuns: runs(3_000) },
    );
  });
});
