import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { formatSeenCall, parseSeenCall, type SeenCall } from '../context/seen-call.js';
import { type ReconciliationRules, type RecordedCall, reconcile } from './reconcile.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const GATEWAY = 'gtw_0199f0a0-7b2c-7003-8000-000000000001';
const RECORD = 'rec_0199f0a0-7b2c-7003-8000-000000000001';
const AT = '2026-11-24T15:00:00Z';
const SECONDS = Date.parse(AT) / 1_000;

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
function context(claims: object = {}, by: KeyObject = privateKey, kid = 'k1'): string {
  const input = `${encode({ alg: 'EdDSA', typ: 'countersign-context+jwt', kid })}.${encode({
    ...{ iss: GATEWAY, aud: 'billing', iat: SECONDS, exp: SECONDS + 30, tenant: 'acme', sub: 'usr_1' },
    ...{ grant_id: 'grt_1', record: RECORD, method: 'GET', path: '/x' },
    ...claims,
  })}`;
  return `${input}.${sign(null, Buffer.from(input), by).toString('base64url')}`;
}
const seen = (change: Partial<SeenCall> = {}): SeenCall => ({
  ...{ at: AT, method: 'GET', path: '/x', context: context() },
  ...change,
});
const recorded: RecordedCall = { at: AT, gateway: GATEWAY, method: 'GET', answered: true };
const rules: ReconciliationRules = {
  ...{ tenant: 'acme', audience: 'billing' },
  ...{ from: Date.parse(AT) - 60_000, to: Date.parse(AT) + 60_000 },
  isEnrolled: () => true,
  key: (kid) => (kid === 'k1' ? { key: publicKey, gateway: GATEWAY } : undefined),
};
const run = (calls: SeenCall[], records: [string, RecordedCall][] = [[RECORD, recorded]]) =>
  reconcile(calls, new Map(records), rules);
const kinds = (calls: SeenCall[], records?: [string, RecordedCall][]) =>
  run(calls, records).findings.map(({ kind }) => kind);

const NOTHING = { calls: 0, matched: 0, otherTenants: 0, notComparable: 0, findings: [], unanswered: [] };

test('a call whose context and record fit is no finding, and its record is answered', () => {
  expect(run([seen()])).toEqual({ ...NOTHING, calls: 1, matched: 1 });
});

test.each<[string, Partial<SeenCall>, string]>([
  ['no context', { context: null }, 'no_context'],
  ['a context that is no JWS', { context: 'x' }, 'bad_context'],
  ['a context that another key has signed', { context: context({}, other.privateKey) }, 'bad_context'],
  ['a context of an unknown key', { context: context({}, privateKey, 'k2') }, 'bad_context'],
  ['a context for another service', { context: context({ aud: 'crm' }) }, 'bad_context'],
  ['a context in the name of another gateway', { context: context({ iss: 'gtw_other' }) }, 'bad_context'],
  ['the context of a call of another method', { method: 'DELETE' }, 'other_call'],
  ['the context of a call of another path', { path: '/y' }, 'other_call'],
])('%s is a bypass', (_what, change, kind) => {
  expect(kinds([seen(change)])).toEqual([kind]);
});

test('a context that comes twice is a bypass once, and one that comes much later is of another call', () => {
  expect(kinds([seen(), seen()])).toEqual(['repeated']);
  const late = { ...recorded, at: '2026-11-24T14:54:59Z' };
  expect(kinds([seen()], [[RECORD, late]])).toEqual(['other_call']);
});

/** Its record may be in the sealed log of access under a gag, so nothing that is printed or reported may single it out. */
describe('a call with the context of an enrolled gateway, and without a record,', () => {
  const unrecorded = context({ record: 'rec_none' });

  test.each<[string, SeenCall[]]>([
    ['once', [seen({ context: unrecorded })]],
    ['twice', [seen({ context: unrecorded }), seen({ context: unrecorded })]],
    ['refused by the service', [seen({ context: unrecorded, refused: 'replayed' })]],
  ])('is not comparable, and no finding: %s', (_what, calls) => {
    expect(run(calls, [])).toEqual({ ...NOTHING, calls: calls.length, notComparable: calls.length });
  });

  test('whose context is of another call is a bypass for that reason alone: the finding is the same with a record, and names none', () => {
    for (const change of [{ method: 'DELETE' }, { path: '/y' }, { at: '2026-11-24T15:05:31Z' }]) {
      const span = { ...rules, to: rules.to + 600_000 };
      const [without, with_] = [[], [[RECORD, recorded] as [string, RecordedCall]]].map(
        (records) => reconcile([seen(change)], new Map(records), span).findings,
      );
      expect(without).toEqual([
        { kind: 'other_call', at: AT, method: 'GET', path: '/x', refused: false, ...change },
      ]);
      expect(with_).toEqual(without);
    }
  });

  test('that a key which the service shares has signed must name an enrolled gateway', () => {
    const shared = { ...rules, key: () => ({ key: publicKey, gateway: null }) };
    const kindOf = (isEnrolled: boolean) =>
      reconcile([seen()], new Map(), { ...shared, isEnrolled: () => isEnrolled }).findings;
    expect(kindOf(true)).toEqual([]);
    expect(kindOf(false)).toMatchObject([{ kind: 'bad_context' }]);
  });
});

test('a call that its context describes and its record does not is of another call', () => {
  expect(kinds([seen()], [[RECORD, { ...recorded, method: 'DELETE' }]])).toEqual(['other_call']);
});

test('a call that the service refused was tried: the finding says so, and the record stays unanswered', () => {
  const refused = seen({ context: context({ record: RECORD }), path: '/y', refused: 'other_call' });
  const { findings, unanswered } = run([refused]);
  expect(findings).toMatchObject([{ kind: 'other_call', refused: true }]);
  expect(unanswered).toHaveLength(1);
  expect(kinds([refused, seen()])).toEqual(['other_call']);
});

test('calls of other tenants and outside the span are no findings; records that the service never saw are named', () => {
  expect(run([seen({ context: context({ tenant: 'globex' }) })], []).otherTenants).toBe(1);
  expect(run([seen({ at: '2026-11-24T16:00:00Z', context: null })], []).calls).toBe(0);
  expect(run([]).unanswered).toEqual([{ record: RECORD, at: AT }]);
  // The gateway never reached the service.
  expect(run([], [[RECORD, { ...recorded, answered: false }]]).unanswered).toEqual([]);
});

test('lines are read as they were written, and no other text throws', () => {
  const call = fc.record({
    at: fc.constant('2026-11-24T15:00:00.123Z'),
    method: fc.string(),
    path: fc.string(),
    context: fc.option(fc.string()),
  });
  fc.assert(
    fc.property(call, (seenCall) => {
      expect(parseSeenCall(formatSeenCall(seenCall))).toEqual(seenCall);
    }),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      parseSeenCall(text);
    }),
    { numRuns: 300 },
  );
  for (const line of ['', '[]', 'null', '{"at":"yesterday","method":"GET","path":"/","context":null}'])
    expect(parseSeenCall(line)).toBeUndefined();
});
