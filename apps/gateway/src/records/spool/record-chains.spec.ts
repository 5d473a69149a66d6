import { ContractError, canonicalJson } from '@countersign/contract';
import { allowed, outcome, refused } from '../../../../../test/factories/spool-drafts.js';
import { RecordChains, type RecordDraft } from './record-chains.js';
import { jsonOf, LineWriter } from './record-lines.js';

const prev = `sha256:${'a'.repeat(64)}`;
const call = allowed();
const withTrust = { ...call.record, trust: `sha256:${'b'.repeat(64)}` };

/** The line of a record that follows the one with the hash `prev`. */
function lineOf(record: object): string {
  const draft = { record, openings: {} } as RecordDraft;
  const chains = new RecordChains();
  chains.set(draft.record.boot, draft.record.tenant, { seq: 6, hash: prev, signed: false });
  const writer = new LineWriter();
  writer.begin();
  return jsonOf(chains.batch(() => '').place(draft, writer));
}

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
    ['the outcome of a download', { ...outcome(call).record, sentSha256: `sha256:${'c'.repeat(64)}` }],
    ['a refused call', refused().record],
  ])('%s keeps every member, and its line has canonical JSON', (_case, record) => {
    expect(lineOf(record)).toBe(`{"record":${canonicalJson({ ...record, seq: 7, prev })},"openings":{}}`);
  });

  test('an unpaired surrogate is refused', () => {
    for (const record of [withTrust, outcome(call).record])
      expect(() => lineOf({ ...record, tenant: '\ud800' })).toThrow(ContractError);
  });
});
