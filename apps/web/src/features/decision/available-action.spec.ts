import { availableAction } from './available-action.js';

const DIGEST = 'sha256:1';
const request = {
  state: 'awaiting_customer' as const,
  requester: 'usr_erin',
  digest: DIGEST,
  reviews: [],
  terms: { basis: 'approval' as const },
};
const ada = { person: 'usr_ada', tenant: 'acme', roles: ['approver'] };
const lea = { person: 'usr_lea', tenant: null, roles: ['legal'] };
const forAuthority = {
  ...request,
  state: 'awaiting_vendor' as const,
  terms: { basis: 'legal' as const },
};
const max = { person: 'usr_max', tenant: null, roles: ['engineer', 'reviewer'] };

const review = (person: string, digest = DIGEST) => ({
  id: 'rev_1',
  person,
  digest,
  side: 'customer' as const,
  decision: 'approve' as const,
  reason: null,
  channel: 'web' as const,
  assurance: 'oidc' as const,
  at: '2026-11-24T14:00:00Z',
});

test.each([
  ['the customer’s approver, on the customer’s turn', request, ada, 'decide'],
  [
    'the customer’s approver, before the vendor has reviewed',
    { ...request, state: 'awaiting_vendor' as const },
    ada,
    'wait',
  ],
  [
    'the customer’s approver, while an offer is open',
    { ...request, state: 'countered' as const },
    ada,
    'decide',
  ],
  [
    'the customer’s approver, after deciding this digest',
    { ...request, reviews: [review('usr_ada')] },
    ada,
    'decided',
  ],
  [
    'the customer’s approver, after deciding another digest',
    { ...request, reviews: [review('usr_ada', 'sha256:0')] },
    ada,
    'decide',
  ],
  ['the vendor’s reviewer, on the customer’s turn', request, max, 'wait'],
  [
    'the vendor’s reviewer, on the vendor’s turn',
    { ...request, state: 'awaiting_vendor' as const },
    max,
    'decide',
  ],
  ['the vendor’s legal counsel, of access for an authority', forAuthority, lea, 'decide'],
  ['a reviewer of the vendor, of access for an authority', forAuthority, max, 'read'],
  [
    'the vendor’s legal counsel, of access that no authority demands',
    { ...request, state: 'awaiting_vendor' as const },
    lea,
    'read',
  ],
  ['someone who may only read', request, { ...ada, roles: ['auditor'] }, 'read'],
  ['the requester', request, { person: 'usr_erin', tenant: null, roles: ['engineer', 'reviewer'] }, 'own'],
  [
    'the requester, after an offer',
    { ...request, state: 'countered' as const },
    { person: 'usr_erin', tenant: null, roles: ['engineer'] },
    'accept',
  ],
  ['anyone, after a decision', { ...request, state: 'denied' as const }, ada, 'over'],
])('%s', (_case, current, reader, turn) => {
  expect(availableAction(current, reader)).toBe(turn);
});
