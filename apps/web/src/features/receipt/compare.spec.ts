import { termsDigest } from '@countersign/contract';
import { hashing, sampleTerms as terms } from '../../../../../test/factories/grant-token.js';
import { compareReceipt, type Shown } from './compare.js';

type Records = Shown['records'];
type Leaves = Parameters<typeof compareReceipt>[2];

const at = '2026-11-24T15:00:01.000Z';
/** A call that a proxy passed on. Its own record has its outcome, because no gateway learns how it ends. */
const call = {
  ...{
    action: 'read',
    boot: 'b',
    digest: 'd',
    gateway: 'gtw_1',
    grant: 'grt_1',
    method: 'GET',
    mode: 'authz',
  },
  ...{ request: 'req_1', resource: 'invoices/7', route: '/invoices/{id}', service: 'billing', trust: null },
  outcome: 'unknown',
};

const RECORD = { ...call, id: 'rec_1', at, decision: 'allowed', person: 'usr_1' };
const LEAF = { type: 'access.allowed', index: 3, at, data: { ...call, record: 'rec_1', requester: 'usr_1' } };

function compared(change: Record<string, unknown>) {
  const record = { ...RECORD, ...change };
  const grant = {
    ...{ id: 'grt_1', startsAt: null, state: 'scheduled', scope: terms.scope, requester: terms.requester },
    digest: termsDigest(hashing, terms),
  };
  const request = { reviews: [], terms, justification: null, ticket: null };
  const shown = { grant, request, records: [record] as unknown as Records } as unknown as Shown;
  return compareReceipt(hashing, shown, [LEAF] as unknown as Leaves);
}

test('a call whose own record has its outcome is shown as the log has it', () => {
  expect(compared({})).toBeNull();
});

test.each(['completed', null])(
  'a receipt that shows the outcome %s for it differs from the log',
  (outcome) => {
    expect(compared({ outcome })).toEqual({ what: 'call', index: 3 });
  },
);

describe('access that was to begin later and ended first', () => {
  const window = { startsAt: '2026-11-24T16:00:00Z', endsAt: '2026-11-24T17:00:00Z' };
  const digest = termsDigest(hashing, terms);
  const { requester, scope } = terms;
  const ended = { ...window, state: 'ended', endReason: 'revoked', endedAt: '2026-11-24T15:30:00Z' };

  function comparedWith(change: Record<string, unknown>, isUsed = false) {
    const grant = { ...{ id: 'grt_1', digest, requester, scope }, ...ended, ...change };
    const request = { reviews: [], terms, justification: null, ticket: null };
    const own = { grant: 'grt_1', digest, requester };
    const leaves = [
      ...(isUsed ? [LEAF] : []),
      { type: 'grant.scheduled', index: 4, at, data: { ...own, ...window } },
      { type: 'grant.ended', index: 5, at: ended.endedAt, data: { ...own, reason: 'revoked' } },
    ];
    const shown = { grant, request, records: isUsed ? [RECORD] : [] } as unknown as Shown;
    return compareReceipt(hashing, shown, leaves as unknown as Leaves);
  }

  test('is as the log has it, though the log has no start of it', () => {
    expect(comparedWith({})).toBeNull();
  });

  test('differs if another window, or another time of its end, is shown', () => {
    expect(comparedWith({ startsAt: '2026-11-24T15:00:00Z' })).toEqual({ what: 'window', index: 4 });
    expect(comparedWith({ endedAt: '2026-11-24T15:31:00Z' })).toEqual({ what: 'end', index: 5 });
  });

  test('differs if a call passed under it, because then the log must have its start', () => {
    expect(comparedWith({}, true)).toEqual({ what: 'window', index: null });
  });

  test('differs if it is shown as begun', () => {
    expect(comparedWith({ state: 'active', endReason: null, endedAt: null })).toMatchObject({
      what: 'window',
    });
  });
});
