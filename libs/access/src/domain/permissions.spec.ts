import { ada, bob, erin, max } from '../../../../test/factories/domain.js';
import { TENANT_ROLES, VENDOR_ROLES } from './organisation.js';
import { canSee, hasPermission, logVisibility, PERMISSION_NAMES, requestVisibility } from './permissions.js';

const CHANGES = PERMISSION_NAMES.filter((name) => !name.endsWith('.read'));

test('P2: an auditor, of either side, changes nothing', () => {
  for (const permission of CHANGES) {
    expect(hasPermission({ ...erin, roles: ['auditor'] }, permission)).toBe(false);
    expect(hasPermission({ ...ada, roles: ['auditor'] }, permission)).toBe(false);
  }
});

test('P2: a vendor role gives a tenant’s person nothing, and a tenant role gives vendor staff nothing', () => {
  for (const permission of PERMISSION_NAMES) {
    const asTenant = VENDOR_ROLES.filter((role) => role !== 'auditor');
    expect(hasPermission({ ...ada, roles: [...asTenant] }, permission)).toBe(false);
    const asVendor = TENANT_ROLES.filter((role) => role !== 'auditor');
    expect(hasPermission({ ...erin, roles: [...asVendor] }, permission)).toBe(false);
  }
});

test('a removed person has no permission', () => {
  for (const permission of PERMISSION_NAMES)
    expect(hasPermission({ ...max, removedAt: '2026-11-24T00:00:00Z' }, permission)).toBe(false);
});

test('P9: what a person may see', () => {
  const theirs = { tenant: 'acme', requester: erin.id };
  const other = { tenant: 'globex', requester: 'usr_other' };
  expect(canSee(requestVisibility(bob), theirs)).toBe(true);
  expect(canSee(requestVisibility(bob), other)).toBe(false);
  expect(canSee(requestVisibility(erin), theirs)).toBe(true);
  expect(canSee(requestVisibility(erin), other)).toBe(false);
  expect(canSee(requestVisibility(max), other)).toBe(true);
  expect(canSee(logVisibility(max), other)).toBe(false);
  expect(canSee(logVisibility({ ...erin, roles: ['security-admin'] }), other)).toBe(true);
});
