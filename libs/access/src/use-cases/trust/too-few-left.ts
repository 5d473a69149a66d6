import type { TenantRecord } from '../../domain/organisation.js';
import { hasRole, type Person } from '../../domain/person.js';
import type { VendorUnit } from '../../ports/index.js';

/**
 * The role that too few would hold if a tenant's person became what `after` says; null if enough are left. A
 * tenant without an admin could change nothing any more, one with too few approvers approve nothing.
 */
export async function roleBelowMinimum(
  unit: Pick<VendorUnit, 'organisation'>,
  { slug, controls }: TenantRecord,
  before: Person,
  after: Person,
): Promise<'admin' | 'approver' | null> {
  const most = { admin: 1, approver: controls.approvals };
  for (const role of ['admin', 'approver'] as const) {
    if (!hasRole(before, role) || hasRole(after, role)) continue;
    if ((await unit.organisation.countWithRole(slug, role, before.id)) < most[role]) return role;
  }
  return null;
}
