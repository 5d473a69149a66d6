import { canonicalJson } from '@countersign/contract';
import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { allowed } from '../../../../test/factories/spool-drafts.js';
import { type AllowedRecord, CallText } from './call-text.js';

const PREV = `sha256:${'a'.repeat(64)}`;
const call = (members: Partial<AllowedRecord> = {}): AllowedRecord => {
  const { record } = allowed();
  return { ...record, trust: `sha256:${'b'.repeat(64)}`, ...members } as AllowedRecord;
};

/** The text of `record`, written by a `CallText` that was made for `like`. */
const textOf = (like: AllowedRecord, record: AllowedRecord, seq = 2) =>
  CallText.of(like)?.at(record, seq, PREV);

describe('the text of an allowed call', () => {
  test.each<[string, Partial<AllowedRecord>]>([
    ['through the gateway', {}],
    ['that a proxy asked about', { mode: 'authz', outcome: 'unknown' }],
    ['that is signed with a key of its service', { context: 'hmac' }],
    [
      'that a service asked about and that is not signed',
      { mode: 'middleware', context: 'none', outcome: 'unknown' },
    ],
    ['of a tenant without a pinned document', { trust: null }],
  ])('%s is canonical JSON', (_case, members) => {
    const like = call(members);
    const other = call({
      ...members,
      resource: 'invoices/4711',
      at: '2026-11-24T15:00:00.001Z',
      path: `c1:${'B'.repeat(43)}`,
    });
    expect(CallText.of(like)?.fits(other)).toBe(true);
    for (const record of [like, other])
      expect(textOf(like, record, 4_711)).toBe(canonicalJson({ ...record, seq: 4_711, prev: PREV }));
  });

  test('is canonical JSON for any content, or is left to the writer of all records, which refuses an unpaired surrogate', () => {
    const text = fc.oneof(
      anyText(),
      fc.constantFrom('\ud800', 'x\udfff', '\\ud800', '\ud83d\ude00', '"\\ud', '\u2028é'),
    );
    fc.assert(
      fc.property(text, text, text, (resource, route, action) => {
        const record = call({ resource, route, action });
        const isWellFormed = [resource, route, action].every((each) => Buffer.from(each).toString() === each);
        const written = textOf(record, record);
        if (written !== undefined) expect(written).toBe(canonicalJson({ ...record, seq: 2, prev: PREV }));
        if (!isWellFormed) expect(written).toBeUndefined();
      }),
    );
  });

  test.each<[string, Partial<AllowedRecord>]>([
    ['another route', { route: '/y' }],
    ['another action', { action: 'write' }],
    ['another method', { method: 'POST' }],
    ['another mode', { mode: 'authz' }],
    ['another context', { context: 'none' }],
    ['an outcome of its own', { outcome: 'unknown' }],
    ['another trust document', { trust: null }],
    ['another service', { service: 'crm' }],
    ['another tenant', { tenant: 'globex' }],
    ['another grant', { grant: 'grt_2' }],
    ['another digest', { digest: `sha256:${'c'.repeat(64)}` }],
    ['another request', { request: 'req_2' }],
    ['another person', { person: 'usr_2' }],
    ['another gateway', { gateway: 'gtw_2' }],
    ['another run', { boot: '0199f0a0-7b2c-4007-8000-000000000002' }],
    ['facts about the requester', { requesterFacts: { country: { value: 'DE', verified: true } } }],
    ['dropped headers', { droppedHeaders: ['x-more'] }],
    ['a tenant that the service names', { tenantFrom: 'service' }],
    ['masked fields', { masked: true }],
    ['a file', { file: { from: 'rec_1', host: 'files.example' } }],
  ])('a record with %s is not like it', (_case, members) => {
    expect(CallText.of(call())?.fits(call(members))).toBe(false);
  });

  test.each<[string, Partial<AllowedRecord>]>([
    ['dropped headers', { droppedHeaders: ['x-more'] }],
    ['facts about the requester', { requesterFacts: { country: { value: 'DE', verified: true } } }],
    ['masked fields', { masked: true }],
  ])('a record with %s is left to the writer of all records', (_case, members) => {
    expect(CallText.of(call(members))).toBeUndefined();
  });
});
