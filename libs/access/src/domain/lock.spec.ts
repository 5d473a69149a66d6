import { LOCK_KINDS } from '@countersign/contract';
import fc from 'fast-check';
import { type Lock, lockBlocks } from './lock.js';

const lock = (change: Partial<Lock>): Lock => ({
  id: 'lck_1',
  kind: 'tenant',
  name: 'acme',
  tenant: 'acme',
  side: 'customer',
  reason: 'audit',
  person: 'usr_9',
  createdAt: '2026-11-24T15:00:00Z',
  expiresAt: null,
  liftedAt: null,
  rule: null,
  ...change,
});
const erin = { tenant: 'acme', person: 'usr_1', service: 'billing', grant: 'grt_1' };

test.each<[string, Partial<Lock>, boolean]>([
  ['a tenant', {}, true],
  ['another tenant', { name: 'globex', tenant: 'globex' }, false],
  ['a person in this tenant', { kind: 'person', name: 'usr_1' }, true],
  ['a person everywhere', { kind: 'person', name: 'usr_1', tenant: null, side: 'vendor' }, true],
  ['a person in another tenant', { kind: 'person', name: 'usr_1', tenant: 'globex' }, false],
  ['another person', { kind: 'person', name: 'usr_2' }, false],
  ['a service', { kind: 'service', name: 'billing' }, true],
  ['a service in another tenant', { kind: 'service', name: 'billing', tenant: 'globex' }, false],
  ['this grant', { kind: 'grant', name: 'grt_1' }, true],
  ['another grant', { kind: 'grant', name: 'grt_2' }, false],
  ['a lifted lock', { liftedAt: '2026-11-24T15:00:01Z' }, false],
])('a lock on %s', (_title, change, bound) => {
  expect(lockBlocks(lock(change), erin)).toBe(bound);
});

test('P9: a lock of one tenant never blocks another', () => {
  fc.assert(
    fc.property(fc.constantFrom(...LOCK_KINDS), fc.constantFrom('acme', 'usr_1', 'billing'), (kind, name) => {
      expect(lockBlocks(lock({ kind, name, tenant: 'acme' }), { ...erin, tenant: 'globex' })).toBe(false);
    }),
  );
});
