import { ContractError, canonicalJson } from '@countersign/contract';
import fc from 'fast-check';
import { anyText } from '../../../../../test/factories/any-text.js';
import { allowed, outcome, refused } from '../../../../../test/factories/spool-drafts.js';
import { canonicalChainedRecord, chainedRecord } from './record-chains.js';

const place = { seq: 7, prev: `sha256:${'a'.repeat(64)}` };
const call = allowed();
const withTrust = { ...call.record, trust: `sha256:${'b'.repeat(64)}` };

describe('a record with its place in a chain', () => {
  test.each([
    ['an allowed call', withTrust],
    ['an allowed call that is not signed with the gateway’s key', { ...withTrust, context: 'hmac' }],
    ['an allowed call whose service says whose data it is', { ...withTrust, tenantFrom: 'service' }],
    [
      'an allowed call whose terms state the place of the requester',
      { ...withTrust, requesterFacts: { country: { value: 'DE', verified: true } } },
    ],
    ['an allowed call without a pinned document', { ...call.record, trust: null }],
    ['an allowed call that does not say by which document', call.record],
    ['an outcome', outcome(call).record],
    ['a refused call', refused().record],
  ])('%s keeps every member and gets its place', (_case, record) => {
    expect(chainedRecord(record as typeof call.record, place)).toEqual({ ...record, ...place });
  });

  test('the outcome of a call has its members in canonical order', () => {
    const { record } = outcome(call);
    expect(JSON.stringify(chainedRecord(record, place))).toBe(canonicalJson({ ...record, ...place }));
  });

  test('its text is canonical JSON for any content, and an unpaired surrogate is refused', () => {
    const text = fc.oneof(
      anyText(),
      fc.constantFrom('\ud800', 'x\udfff', '\\ud800', '\ud83d\ude00', '\\\ud800', '"\\ud', '\u2028é'),
    );
    fc.assert(
      fc.property(text, text, (resource, tenant) => {
        for (const record of [
          { ...withTrust, resource, tenant },
          { ...call.record, resource, tenant },
          { ...outcome(call).record, tenant },
          { ...refused().record, tenant },
        ] as (typeof call.record)[]) {
          const entry = chainedRecord(record, place);
          expect(attempt(() => canonicalChainedRecord(entry))).toEqual(attempt(() => canonicalJson(entry)));
        }
      }),
    );
    for (const record of [withTrust, outcome(call).record]) {
      const lone = { ...record, tenant: '\ud800' } as typeof call.record;
      expect(() => canonicalChainedRecord(chainedRecord(lone, place))).toThrow(ContractError);
    }
  });
});

/** The text, or the code of the error. */
function attempt(make: () => string): string {
  try {
    return make();
  } catch (error) {
    return `${(error as ContractError).code}`;
  }
}
