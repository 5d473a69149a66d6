import fc from 'fast-check';
import { anyText } from '../../../test/factories/any-text.js';
import { AuditLogError } from './errors.js';
import { encodeLeaf, type LeafV1, MAX_LEAF_BYTES, parseLeaf } from './leaf.js';

const leaf: LeafV1 = {
  v: 1,
  type: 'request.created',
  at: '2026-11-24T15:00:00.123Z',
  tenant: 'acme',
  seq: 0,
  actor: 'usr_0199f0a0-7b2c-7003-8000-000000000003',
  data: { request: 'req_0199f0a0-7b2c-7002-8000-000000000002', resource: 'invoices/4711' },
  commitments: { justification: `c1:${'A'.repeat(43)}` },
};
const text = (value: LeafV1) => new TextDecoder().decode(encodeLeaf(value));
const without = (name: keyof LeafV1) =>
  Object.fromEntries(Object.entries(leaf).filter(([member]) => member !== name)) as LeafV1;

describe('encodeLeaf', () => {
  test('is the canonical JSON of the leaf, byte for byte', () => {
    expect(text(leaf)).toBe(
      `{"actor":"usr_0199f0a0-7b2c-7003-8000-000000000003","at":"2026-11-24T15:00:00.123Z","commitments":{"justification":"c1:${'A'.repeat(43)}"},"data":{"request":"req_0199f0a0-7b2c-7002-8000-000000000002","resource":"invoices/4711"},"seq":0,"tenant":"acme","type":"request.created","v":1}`,
    );
  });

  test('accepts the actors and times of docs/contract.md, Leaf', () => {
    for (const actor of ['job', 'host', 'gtw_0199f0a0-7b2c-7003-8000-000000000003'] as const) {
      expect(
        JSON.parse(text({ ...leaf, actor, at: '2026-11-24T15:00:00Z', tenant: 'deployment' })).actor,
      ).toBe(actor);
    }
  });

  test.each<[string, LeafV1]>([
    ['an unknown member', { ...leaf, extra: 1 } as LeafV1],
    ['a missing member', without('commitments')],
    ['another version', { ...leaf, v: 2 as 1 }],
    ['a type without area', { ...leaf, type: 'created' }],
    ['a time with an offset', { ...leaf, at: '2026-11-24T15:00:00+00:00' }],
    ['a time that no calendar has', { ...leaf, at: '2026-13-24T15:00:00Z' }],
    ['a tenant that is no slug', { ...leaf, tenant: 'Acme' }],
    ['a negative seq', { ...leaf, seq: -1 }],
    ['an e-mail as actor', { ...leaf, actor: 'usr_erin@northwind.example' }],
    ['a list as data', { ...leaf, data: [] as unknown as Record<string, unknown> }],
    ['a personal value in place of its commitment', { ...leaf, commitments: { justification: 'because' } }],
    ['an undefined member', { ...leaf, data: { request: undefined } }],
    ['a lone surrogate', { ...leaf, data: { name: '\ud800' } }],
  ])('refuses %s', (_case, wrong) => {
    expect(() => encodeLeaf(wrong)).toThrow(expect.objectContaining({ code: 'invalid_leaf' }));
  });

  test('60,000 bytes fit, one more does not; bytes are counted, not characters', () => {
    const room = MAX_LEAF_BYTES - encodeLeaf({ ...leaf, data: { x: '' } }).length;
    expect(encodeLeaf({ ...leaf, data: { x: 'x'.repeat(room) } })).toHaveLength(MAX_LEAF_BYTES);
    const tooLarge = expect.objectContaining({ code: 'leaf_too_large' });
    expect(() => encodeLeaf({ ...leaf, data: { x: 'x'.repeat(room + 1) } })).toThrow(tooLarge);
    expect(() => encodeLeaf({ ...leaf, data: { x: 'é'.repeat(room / 2 + 1) } })).toThrow(tooLarge);
  });
});

describe('parseLeaf', () => {
  const data = fc.dictionary(
    fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => name !== '__proto__'),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
    { maxKeys: 4 },
  );

  test('reads what was encoded', () => {
    fc.assert(
      fc.property(data, fc.nat(), (members, seq) => {
        const full = { ...leaf, seq, data: { ...members } };
        expect(parseLeaf(encodeLeaf(full))).toEqual(full);
      }),
    );
  });

  test('a leaf has one spelling: bytes that were changed, cut or added are refused, or are another leaf', () => {
    const part = fc.oneof(
      fc.constantFrom(' ', '\n', '\ufeff', '\\u0061', ',', '"v":1', '0', '-0', 'e0', '{}', 'null'),
      anyText({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(data, fc.nat(), fc.nat({ max: 3 }), part, (members, place, cut, added) => {
        const bytes = encodeLeaf({ ...leaf, data: { ...members } });
        const at = place % (bytes.length + 1);
        const changed = Buffer.concat([bytes.slice(0, at), Buffer.from(added), bytes.slice(at + cut)]);
        let read: LeafV1;
        try {
          read = parseLeaf(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(AuditLogError);
          return;
        }
        expect(Buffer.from(encodeLeaf(read))).toEqual(changed);
      }),
      { numRuns: 200 },
    );
  });
});
