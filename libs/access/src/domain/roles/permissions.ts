import { AccessError } from '../../errors.js';
import type { TenantRole, VendorRole } from '../organisation/organisation.js';
import { hasRole, isVendorStaff, type Person } from '../organisation/person.js';

/**
 * CONTRACT §7 as one table: who may try what. Whose object it is (own request, own tenant) is decided
 * where the object is known. Auditors appear in no row that changes anything.
 */
const PERMISSIONS = {
  'request.create': { vendor: ['engineer'], tenant: [] },
  'request.read': {
    vendor: ['engineer', 'reviewer', 'security-admin', 'auditor'],
    tenant: ['approver', 'admin', 'auditor'],
  },
  'request.review': { vendor: ['reviewer'], tenant: ['approver'] },
  'request.accept': { vendor: ['engineer'], tenant: [] },
  'request.cancel': { vendor: ['engineer'], tenant: [] },
  'grant.read': {
    vendor: ['engineer', 'reviewer', 'security-admin', 'auditor'],
    tenant: ['approver', 'admin', 'auditor'],
  },
  'grant.token': { vendor: ['engineer'], tenant: [] },
  'grant.release': { vendor: ['engineer'], tenant: [] },
  'grant.extend': { vendor: ['engineer'], tenant: [] },
  'grant.revoke': { vendor: ['security-admin'], tenant: ['approver', 'admin'] },
  'invitation.read': {
    vendor: ['engineer', 'reviewer', 'security-admin', 'auditor'],
    tenant: ['approver', 'admin', 'auditor'],
  },
  'invitation.write': { vendor: [], tenant: ['approver'] },
  'lock.read': { vendor: ['security-admin', 'auditor'], tenant: ['approver', 'admin', 'auditor'] },
  'lock.write': { vendor: ['security-admin'], tenant: ['admin'] },
  'log.read': {
    vendor: ['engineer', 'auditor', 'security-admin'],
    tenant: ['approver', 'admin', 'auditor'],
  },
  'people.read': { vendor: ['security-admin', 'auditor'], tenant: ['approver', 'admin', 'auditor'] },
  'people.write': { vendor: [], tenant: ['admin'] },
  'controls.read': { vendor: ['security-admin', 'auditor'], tenant: ['approver', 'admin', 'auditor'] },
  'controls.write': { vendor: [], tenant: ['admin'] },
  'trust.read': { vendor: ['security-admin', 'auditor'], tenant: ['approver', 'admin', 'auditor'] },
  'trust.sign': { vendor: [], tenant: ['approver', 'admin'] },
  'trust.propose': { vendor: [], tenant: ['admin'] },
  'stop.write': { vendor: [], tenant: ['approver', 'admin'] },
  'gateway.read': { vendor: ['security-admin', 'auditor'], tenant: [] },
  'slack.install': { vendor: ['security-admin'], tenant: ['admin'] },
  'notice.manage': { vendor: ['security-admin'], tenant: [] },
  'service.read': {
    vendor: ['engineer', 'reviewer', 'security-admin', 'auditor', 'legal'],
    tenant: ['approver', 'admin', 'auditor'],
  },
  'self.read': {
    vendor: ['engineer', 'reviewer', 'security-admin', 'auditor', 'legal'],
    tenant: ['approver', 'admin', 'auditor'],
  },
} as const satisfies Record<string, { vendor: readonly VendorRole[]; tenant: readonly TenantRole[] }>;

export type Permission = keyof typeof PERMISSIONS;
export const permissions = Object.keys(PERMISSIONS) as Permission[];

/** True where one of the person's roles carries the permission. A removed person has none. */
export function mayAttempt(person: Person, permission: Permission): boolean {
  const row = PERMISSIONS[permission];
  const roles: readonly (VendorRole | TenantRole)[] = isVendorStaff(person) ? row.vendor : row.tenant;
  return roles.some((role) => hasRole(person, role));
}

/** @throws AccessError `forbidden` where none of the person's roles carries the permission */
export function demand(person: Person, permission: Permission): void {
  if (!mayAttempt(person, permission))
    throw new AccessError('forbidden', `Your roles do not allow this (${permission}).`);
}
