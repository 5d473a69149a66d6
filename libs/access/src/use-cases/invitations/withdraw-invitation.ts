import { toInstant } from '@countersign/contract';
import { isOpen } from '../../domain/access-request.js';
import {
  type Invitation,
  type InvitationView,
  isInvitationClosed,
  transitionInvitation,
} from '../../domain/invitation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { endGrantsIn } from '../grants/end-grant.js';
import { invitationNotice } from '../notices/notices.js';
import { endRequestIn } from '../requests/cancel-request.js';
import type { Deps } from '../shared/deps.js';
import { invitationViews } from './invitation-view.js';
import { saveInvitation } from './use-invitation.js';

/**
 * The customer shuts the door again: what the invitation opened ends in the same unit, and what still waits to go
 * through it is denied. Any approver of the tenant may.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if it is over already
 */
export async function withdrawInvitation(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
  words: string | null,
): Promise<InvitationView> {
  requirePermission(principal.person, 'invitation.write');
  if (principal.person.tenant !== tenant) throw notFound('invitation');
  return deps.store.forTenant(tenant, async (unit) => {
    const person = await unit.organisation.person(principal.person.id);
    if (person === null) throw new AccessError('forbidden', 'You are no longer known here.');
    requirePermission(person, 'invitation.write');
    const invitation = await unit.invitations.find(id);
    if (invitation === null) throw notFound('invitation');
    if (isInvitationClosed(invitation))
      throw new AccessError('wrong_state', `This invitation is ${invitation.state} already.`);
    const by = { actor: person.id, at: toInstant(deps.clock.now()), words };
    const [view] = await invitationViews(unit, [await withdrawIn(unit, invitation, by)]);
    if (view === undefined) throw notFound('invitation');
    return view;
  });
}

/** Withdraws within a unit of work, whoever caused it. */
export async function withdrawIn(
  unit: TenantUnit,
  invitation: Invitation,
  by: { actor: string; at: string; words: string | null },
): Promise<Invitation> {
  const withdrawn = await endInvitationIn(unit, invitation, { ...by, to: 'withdrawn' });
  const words = by.words === null ? {} : { words: by.words };
  const end = { reason: 'revoked', actor: by.actor, at: by.at, ...words } as const;
  await endGrantsIn(unit, await unit.grants.liveUnder(invitation.hash), end);
  return withdrawn;
}

/** The clock's job: past its end an invitation is over, and so is what still waits to go through it. True if it did. */
export function expireInvitation(deps: Deps, tenant: string, id: string): Promise<boolean> {
  return deps.store.forTenant(tenant, async (unit) => {
    const invitation = await unit.invitations.find(id);
    const now = deps.clock.now();
    if (invitation === null || isInvitationClosed(invitation)) return false;
    if (Date.parse(invitation.statement.notAfter) > now.getTime()) return false;
    await endInvitationIn(unit, invitation, {
      ...{ to: 'expired', actor: 'job', at: toInstant(now), words: null },
    });
    return true;
  });
}

async function endInvitationIn(
  unit: TenantUnit,
  invitation: Invitation,
  { to, actor, at, words }: { to: 'withdrawn' | 'expired'; actor: string; at: string; words: string | null },
): Promise<Invitation> {
  const ended = transitionInvitation(invitation, to, at);
  await saveInvitation(unit, ended);
  await unit.log.append({
    type: `invitation.${to}`,
    at,
    actor,
    data: { invitation: ended.id, hash: ended.hash, used: ended.used },
    ...(words === null ? {} : { personal: { reason: words } }),
  });
  for (const request of await unit.requests.openUnder(invitation.hash))
    if (isOpen(request))
      await endRequestIn(unit, request, { to: to === 'withdrawn' ? 'denied' : 'expired', actor, at });
  await unit.outbox.add(invitationNotice(ended, to, at));
  return ended;
}
