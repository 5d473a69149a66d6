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

function compared(change: Record<string, unknown>) {
  const record = { ...call, id: 'rec_1', at, decision: 'allowed', person: 'usr_1', ...change };
  const grant = {
    ...{ id: 'grt_1', startsAt: null, state: 'scheduled', scope: terms.scope, requester: terms.requester },
    digest: termsDigest(hashing, terms),
  };
  const request = { reviews: [], terms, justification: null, ticket: null };
  const leaf = {
    type: 'access.allowed',
    index: 3,
    at,
    data: { ...call, record: 'rec_1', requester: 'usr_1' },
  };
  const shown = { grant, request, records: [record] as unknown as Records } as unknown as Shown;
  return compareReceipt(hashing, shown, [leaf] as unknown as Leaves);
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
