import { canonicalJson } from '@countersign/contract';
import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { allowed, outcome } from '../../../../test/factories/spool-drafts.js';
import { type OutcomeRecord, OutcomeText } from './outcome-text.js';

const PREV = `sha256:${'a'.repeat(64)}`;
const ended = (members: Partial<OutcomeRecord> = {}): OutcomeRecord =>
  ({ ...outcome(allowed()).record, ...members }) as OutcomeRecord;

describe('the text of an outcome', () => {
  test.each<[string, Partial<OutcomeRecord>]>([
    ['a call without a body', {}],
    ['a call with a body', { bodySha256: `sha256:${'b'.repeat(64)}`, bytes: 4_711 }],
    ['a call whose upstream gave no answer', { status: null, outcome: 'failed' }],
    ['a call that was cut', { at: '2026-11-24T15:00:00.001Z', outcome: 'cut', durationMs: 60_000 }],
  ])('of %s is canonical JSON', (_case, members) => {
    const record = ended(members);
    const text = OutcomeText.of(ended());
    expect(text?.fits(record)).toBe(true);
    expect(text?.at(record, 4_711, PREV)).toBe(canonicalJson({ ...record, seq: 4_711, prev: PREV }));
  });

  test('is canonical JSON in any chain, or is left to the writer of all records, which refuses an unpaired surrogate', () => {
    const text = fc.oneof(
      anyText(),
      fc.constantFrom('\ud800', 'x\udfff', '\\ud800', '\ud83d\ude00', '"\\ud', '\u2028é'),
    );
    fc.assert(
      fc.property(text, text, text, (boot, gateway, tenant) => {
        const record = ended({ boot, gateway, tenant });
        const isWellFormed = [boot, gateway, tenant].every((each) => Buffer.from(each).toString() === each);
        const written = OutcomeText.of(record)?.at(record, 2, PREV);
        if (written !== undefined) expect(written).toBe(canonicalJson({ ...record, seq: 2, prev: PREV }));
        if (!isWellFormed) expect(written).toBeUndefined();
      }),
    );
  });

  test.each<[string, Partial<OutcomeRecord>]>([
    ['another tenant', { tenant: 'globex' }],
    ['another gateway', { gateway: 'gtw_2' }],
    ['another run', { boot: '0199f0a0-7b2c-4007-8000-000000000002' }],
    ['masked fields', { maskedFields: 0 }],
    ['the hash of a file', { sentSha256: `sha256:${'c'.repeat(64)}` }],
    ['a withheld answer', { withheld: 'malformed' }],
  ])('an outcome with %s is not like it', (_case, members) => {
    expect(OutcomeText.of(ended())?.fits(ended(members))).toBe(false);
  });

  test.each<[string, Partial<OutcomeRecord>]>([
    ['masked fields', { maskedFields: 0 }],
    ['the hash of a file', { sentSha256: `sha256:${'c'.repeat(64)}` }],
    ['a withheld answer', { withheld: 'malformed' }],
  ])('an outcome with %s is left to the writer of all records', (_case, members) => {
    expect(OutcomeText.of(ended(members))).toBeUndefined();
  });
});
