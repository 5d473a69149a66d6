import { availableAction } from './available-action.js';

const DIGEST = 'sha256:1';
const request = {
  state: 'awaiting_customer' as const,
  requester: 'usr_erin',
  digest: DIGEST,
  reviews: [],
};
const ada = { person: 'usr_ada', tenant: 'acme', roles: ['approver'] };
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
    'the same, before the vendor has reviewed',
    { ...request, state: 'awaiting_vendor' as const },
    ada,
    'wait',
  ],
  ['the same, while less is offered', { ...request, state: 'countered' as const }, ada, 'decide'],
  ['the same, having decided this digest', { ...request, reviews: [review('usr_ada')] }, ada, 'decided'],
  [
    'the same, having decided another digest',
    { ...request, reviews: [review('usr_ada', 'sha256:0')] },
    ada,
    'decide',
  ],
  ['the vendor’s reviewer, on the customer’s turn', request, max, 'wait'],
  ['the vendor’s reviewer, on its turn', { ...request, state: 'awaiting_vendor' as const }, max, 'decide'],
  ['whoever only reads', request, { ...ada, roles: ['auditor'] }, 'read'],
  ['the requester', request, { person: 'usr_erin', tenant: null, roles: ['engineer', 'reviewer'] }, 'own'],
  [
    'the requester, offered less',
    { ...request, state: 'countered' as const },
    { person: 'usr_erin', tenant: null, roles: ['engineer'] },
    'accept',
  ],
  ['anybody, once it is over', { ...request, state: 'denied' as const }, ada, 'over'],
])('%s', (_case, given, reader, turn) => {
  expect(availableAction(given, reader)).toBe(turn);
});
