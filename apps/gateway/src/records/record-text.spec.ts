import { canonicalJson, membersOfRecord, OUTCOME_MEMBERS } from '@countersign/contract';
import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { allowed, outcome } from '../../../../test/factories/spool-drafts.js';
import { type RecordOfCall, RecordText } from './record-text.js';

const PREV = `sha256:${'a'.repeat(64)}`;
const call = (members: object = {}) =>
  ({ ...allowed().record, trust: `sha256:${'b'.repeat(64)}`, ...members }) as RecordOfCall;
const ended = (members: object = {}) => ({ ...outcome(allowed()).record, ...members }) as RecordOfCall;

const textOf = (like: RecordOfCall, record: RecordOfCall, seq = 2) =>
  RecordText.of(like)?.at(record, seq, PREV);
const anyContent = fc.oneof(
  anyText(),
  fc.constantFrom('\ud800', 'x\udfff', '\\ud800', '\ud83d\ude00', '"\\ud', '\u2028é'),
);

/** The text is canonical JSON, or the record is left to the writer of all records, which refuses an unpaired surrogate. */
function expectCanonical(record: RecordOfCall, texts: readonly string[]): void {
  const written = textOf(record, record);
  if (written !== undefined) expect(written).toBe(canonicalJson({ ...record, seq: 2, prev: PREV }));
  if (!texts.every((each) => Buffer.from(each).toString() === each)) expect(written).toBeUndefined();
}

describe('the text of the record of an allowed call', () => {
  test.each<[string, object]>([
    ['through the gateway', {}],
    ['that a proxy asked about', { mode: 'authz', outcome: 'unknown' }],
    ['that is signed with a key of its service', { context: 'hmac' }],
    [
      'that a service asked about and that is not signed',
      { mode: 'middleware', context: 'none', outcome: 'unknown' },
    ],
    ['of a tenant without a pinned document', { trust: null }],
    ['whose answer is masked', { masked: true, tenantFrom: 'service' }],
  ])('%s is canonical JSON', (_case, members) => {
    const like = call(members);
    const other = call({
      ...members,
      resource: 'invoices/4711',
      at: '2026-11-24T15:00:00.001Z',
      path: `c1:${'B'.repeat(43)}`,
    });
    expect(RecordText.of(like)?.fits(other)).toBe(true);
    for (const record of [like, other])
      expect(textOf(like, record, 4_711)).toBe(canonicalJson({ ...record, seq: 4_711, prev: PREV }));
  });

  test('is canonical JSON for any content', () => {
    fc.assert(
      fc.property(anyContent, anyContent, anyContent, (resource, route, action) =>
        expectCanonical(call({ resource, route, action }), [resource, route, action]),
      ),
    );
  });

  test.each<[string, object]>([
    ['dropped headers', { droppedHeaders: ['x-more'] }],
    ['facts about the requester', { requesterFacts: { country: { value: 'DE', verified: true } } }],
    ['a file', { file: { from: 'rec_1', host: 'files.example' } }],
  ])('is left to the writer of all records if the record has %s', (_case, members) => {
    expect(RecordText.of(call(members))).toBeUndefined();
    expect(RecordText.of(call())?.fits(call(members))).toBe(false);
  });
});

describe('the text of an outcome', () => {
  test.each<[string, object]>([
    ['a call without a body', {}],
    ['a call with a body', { bodySha256: `sha256:${'b'.repeat(64)}`, bytes: 4_711 }],
    ['a call whose upstream gave no answer', { status: null, outcome: 'failed' }],
    ['a call that was cut', { at: '2026-11-24T15:00:00.001Z', outcome: 'cut', durationMs: 60_000 }],
    ['a masked answer', { maskedFields: 0 }],
    ['a withheld answer', { withheld: 'malformed', maskedFields: 3 }],
    ['a download', { sentSha256: `sha256:${'c'.repeat(64)}` }],
  ])('of %s is canonical JSON, also if the outcome before was another one', (_case, members) => {
    const record = ended(members);
    const text = RecordText.of(ended());
    expect(text?.fits(record)).toBe(true);
    expect(text?.at(record, 4_711, PREV)).toBe(canonicalJson({ ...record, seq: 4_711, prev: PREV }));
  });

  test('is canonical JSON in any chain', () => {
    fc.assert(
      fc.property(anyContent, anyContent, anyContent, (boot, gateway, tenant) =>
        expectCanonical(ended({ boot, gateway, tenant }), [boot, gateway, tenant]),
      ),
    );
  });
});

test.each([
  ['allowed', call, ['at', 'id', 'path', 'prev', 'resource', 'seq']],
  ['outcome', ended, ['at', 'id', 'prev', 'seq', ...OUTCOME_MEMBERS]],
] as const)('a record that differs in another member is not like it: %s', (kind, make, differ) => {
  const record = make();
  const unlike = membersOfRecord(kind).filter(
    ({ name }) => !RecordText.of(record)?.fits({ ...record, [name]: 'other' } as RecordOfCall),
  );
  const names = membersOfRecord(kind).map(({ name }) => name);
  expect(unlike.map(({ name }) => name)).toEqual(
    names.filter((name) => !(differ as readonly string[]).includes(name)),
  );
});
