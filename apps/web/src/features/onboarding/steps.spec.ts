import {
  type CustomerFacts,
  customerSteps,
  isComplete,
  type Step,
  type VendorFacts,
  vendorSteps,
} from './steps.js';

const ada = { person: 'usr_ada' };
const bob = { person: 'usr_bob' };
const approver = { roles: ['admin', 'approver'], removedAt: null };
const left = { roles: ['approver'], removedAt: '2026-11-01T00:00:00Z' };
const admin = { roles: ['admin'], removedAt: null };

const shown = (steps: readonly Step[]) => steps.map(({ id, isDone, to }) => [id, isDone, to]);

test('a customer that has nothing yet: each line leads to the page that does it', () => {
  const facts = {
    passkeys: [bob],
    recoveryKeys: [],
    people: [approver, left, admin],
    isClaimed: false,
    hasAnchor: true,
  };
  expect(shown(customerSteps('usr_ada', facts))).toEqual([
    ['passkey', false, '/passkeys'],
    ['approver', false, '/people'],
    ['recovery', false, '/passkeys'],
    ['claim', false, '/claim'],
  ]);
});

test('a claimed customer with everything; the anchor file counts once this browser has verified the log with it', () => {
  const facts: CustomerFacts = {
    ...{ passkeys: [ada], recoveryKeys: [ada, bob], people: [approver, approver] },
    ...{ isClaimed: true, hasAnchor: false },
  };
  const steps = customerSteps('usr_ada', facts);
  expect(shown(steps)).toEqual([
    ['passkey', true, '/passkeys'],
    ['approver', true, '/people'],
    ['recovery', true, '/passkeys'],
    ['anchor', false, '/proof'],
  ]);
  expect(isComplete(steps)).toBe(false);
  expect(isComplete(customerSteps('usr_ada', { ...facts, hasAnchor: true }))).toBe(true);
  // Someone else's keys do not help the reader.
  expect(isComplete(customerSteps('usr_eve', { ...facts, hasAnchor: true }))).toBe(false);
});

test('what is still being read is neither done nor open', () => {
  const unread = { passkeys: undefined, recoveryKeys: undefined, people: undefined, isClaimed: undefined };
  const customer = customerSteps('usr_ada', { ...unread, hasAnchor: true });
  const vendor = vendorSteps({ services: undefined, gateways: undefined, hasRequest: undefined });
  expect([...customer, ...vendor].map(({ isDone }) => isDone)).toEqual(Array(8).fill(undefined));
  expect(isComplete(customer)).toBe(false);
});

test('a vendor: a service without routes, a gateway that is away, and no request are open; then all are done', () => {
  const open: VendorFacts = { services: [{ routes: [] }], gateways: [{ state: 'away' }], hasRequest: false };
  expect(shown(vendorSteps(open))).toEqual([
    ['service', true, '/organisation'],
    ['routes', false, '/organisation'],
    ['gateway', false, '#gateways'],
    ['request', false, '/history'],
  ]);
  const done = {
    services: [{ routes: [{}] }],
    gateways: [{ state: 'away' }, { state: 'in_touch' }],
    hasRequest: true,
  };
  expect(isComplete(vendorSteps(done))).toBe(true);
});
