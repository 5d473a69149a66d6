import { AccessError } from '../errors.js';
import type { TenantRole, VendorRole } from './organisation.js';
import { hasRole, isVendorStaff, type Person, type Principal } from './person.js';

/**
 * Which roles may attempt what (docs/contract.md, Roles). Ownership (own request, own tenant) is checked where the object
 * is known. No row that changes anything lists an auditor.
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
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as Permission[];

/** True if one of the person's roles carries the permission. A removed person has no permission. */
export function hasPermission(person: Person, permission: Permission): boolean {
  const row = PERMISSIONS[permission];
  const roles: readonly (VendorRole | TenantRole)[] = isVendorStaff(person) ? row.vendor : row.tenant;
  return roles.some((role) => hasRole(person, role));
}

/** @throws AccessError `forbidden` if none of the person's roles carries the permission */
export function requirePermission(person: Person, permission: Permission): void {
  if (!hasPermission(person, permission))
    throw new AccessError('forbidden', `Your roles do not allow this (${permission}).`);
}

/**
 * Rejects a session that began with a mailed code: reading someone's mailbox must not be enough to change people or
 * controls. Such a session may decide requests.
 *
 * @throws AccessError `forbidden`
 */
export function requireStrongSignIn({ assurance }: Principal): void {
  if (assurance === 'mail-code')
    throw new AccessError(
      'forbidden',
      'You signed in with a code from a mail. To change people or controls, sign in at your organisation’s provider, or ask your vendor’s host for a key.',
    );
}

/**
 * Requires a browser session of the person's own, signed in at their organisation's provider. Customers manage and use
 * passkeys only there: no program holds a passkey, and reading someone's mailbox must not be enough to enrol one.
 *
 * @throws AccessError `forbidden`
 */
export function requireOwnBrowser({ assurance, channel }: Principal): void {
  if (assurance !== 'oidc' || channel !== 'web')
    throw new AccessError(
      'forbidden',
      'Do this in your own browser, signed in at your organisation’s provider: not with a key, from a command line, or after a code from a mail.',
    );
}

/** Which requests, grants and records a person may see: all, one tenant's, or their own. */
export type Visibility = { all: true } | { tenant: string } | { requester: string };

/** For requests and grants: reviewers see what they may have to decide (docs/contract.md, Roles). */
export function requestVisibility(person: Person): Visibility {
  if (person.tenant !== null) return { tenant: person.tenant };
  if (hasRole(person, 'reviewer')) return { all: true };
  return logVisibility(person);
}

/**
 * For events and access records: a tenant's people see their tenant, the vendor's auditors and security admins see all,
 * and an engineer sees their own grants.
 */
export function logVisibility(person: Person): Visibility {
  if (person.tenant !== null) return { tenant: person.tenant };
  if (hasRole(person, 'security-admin') || hasRole(person, 'auditor')) return { all: true };
  return { requester: person.id };
}

export function canSee(visibility: Visibility, object: { tenant: string; requester: string }): boolean {
  if ('all' in visibility) return true;
  if ('tenant' in visibility) return visibility.tenant === object.tenant;
  return visibility.requester === object.requester;
}
