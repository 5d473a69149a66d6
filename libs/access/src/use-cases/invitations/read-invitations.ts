import type { InvitationView } from '../../domain/invitation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type { ListFilter, Page, PageQuery } from '../../ports/index.js';
import { invitationViews } from '../evaluation/load-context.js';
import type { Deps } from '../shared/deps.js';
import { requireTenant } from '../shared/visible-objects.js';

/**
 * One tenant's invitations, newest first, for its own people and for the vendor's staff.
 *
 * @throws AccessError `forbidden`, `not_found` for another tenant (P9)
 */
export async function listInvitations(
  deps: Deps,
  principal: Principal,
  tenant: string,
  filter: Pick<ListFilter, 'state' | 'service'>,
  page: PageQuery,
): Promise<Page<InvitationView>> {
  requirePermission(principal, 'invitation.read');
  const { person } = principal;
  if (person.tenant !== null && person.tenant !== tenant) throw notFound('tenant');
  if (person.tenant === null) await requireTenant(deps, tenant);
  return deps.store.readForTenant(tenant, async (unit) => {
    const { items, next } = await unit.invitations.list(filter, page);
    return { items: await invitationViews(unit, items), next };
  });
}
