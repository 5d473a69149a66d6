import { PERMISSIONS, TENANT_ROLES, VENDOR_ROLES } from '@countersign/contract';
import { ada, bob, byApi, erin, max } from '../../../../test/factories/domain.js';
import { DECIDING_ROLES } from './assignment.js';
import {
  canSee,
  hasPermission,
  isReading,
  logVisibility,
  permissionRow,
  permissionsOf,
  requestVisibility,
  requirePermission,
} from './permissions.js';

/** Changes of what concerns others. Everyone ends their own sessions and keys. */
const CHANGES = PERMISSIONS.filter((name) => !isReading(name) && permissionRow(name).realm !== 'self');

test('the roles of a tenant that decide are those with such a change', () => {
  const deciding = TENANT_ROLES.filter((role) =>
    CHANGES.some((permission) => permissionRow(permission).tenant.includes(role)),
  );
  expect(DECIDING_ROLES).toEqual(deciding);
});

test('P2: an auditor, of either side, changes nothing', () => {
  for (const permission of CHANGES) {
    expect(hasPermission({ ...erin, roles: ['auditor'] }, permission)).toBe(false);
    expect(hasPermission({ ...ada, roles: ['auditor'] }, permission)).toBe(false);
  }
});

test('P2: a vendor role gives a tenant’s person nothing, and a tenant role gives vendor staff nothing', () => {
  for (const permission of PERMISSIONS) {
    const asTenant = VENDOR_ROLES.filter((role) => role !== 'auditor');
    expect(hasPermission({ ...ada, roles: [...asTenant] }, permission)).toBe(false);
    const asVendor = TENANT_ROLES.filter((role) => role !== 'auditor');
    expect(hasPermission({ ...erin, roles: [...asVendor] }, permission)).toBe(false);
  }
});

test('a removed person has no permission', () => {
  for (const permission of PERMISSIONS)
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

test('a mailed code opens nothing that lasts, lifts no lock and makes no key', () => {
  const both = { ...ada, roles: ['admin' as const, 'approver' as const] };
  const mailed = { person: both, channel: 'web', assurance: 'mail-code' } as const;
  const provided = { ...mailed, assurance: 'oidc' } as const;
  const missing = permissionsOf(provided).filter((name) => !permissionsOf(mailed).includes(name));
  expect(missing.sort()).toEqual(
    [
      ...['widening.confirm', 'widening.countersign'],
      ...['controls.write', 'invitation.countersign', 'invitation.create', 'key.create', 'lock.lift'],
      ...[
        'log-settings.write',
        'log.erase',
        'log.hold',
        'export.add',
        'access-review.decide',
        'grant.resume',
        'notice-address.write',
      ],
      ...['recovery-key.register', 'passkey.remove', 'people.write', 'request.countersign', 'slack.install'],
      ...['preference.save', 'push.add', 'push.remove'],
      ...['slack.link', 'slack.unlink', 'stop.write', 'trust.propose', 'trust.sign'],
    ].sort(),
  );
});

test('an API key signs nothing and makes no other key', () => {
  const both = { ...ada, roles: ['admin' as const, 'approver' as const] };
  for (const name of ['key.create', 'recovery-key.register', 'request.countersign', 'trust.sign'] as const)
    expect(() => requirePermission(byApi(both), name)).toThrow('in your own browser');
  expect(() => requirePermission(byApi(both), 'invitation.create')).not.toThrow();
});

test('the roles as stored count, not those at sign-in', () => {
  const principal = byApi({ ...ada, roles: ['approver'] });
  expect(() => requirePermission(principal, 'request.review')).not.toThrow();
  expect(() => requirePermission(principal, 'request.review', { ...ada, roles: [] })).toThrow('roles');
});
