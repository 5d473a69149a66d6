import { toInstant } from '@countersign/contract';
import { type AccessRequest, isOpen } from '../../domain/access-request.js';
import {
  type Invitation,
  type InvitationView,
  isInvitationClosed,
  transitionInvitation,
  useInvitation,
} from '../../domain/invitation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, changedMeanwhile, noLongerKnown, notFound } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { endGrantsIn } from '../ending/end-grant.js';
import { endRequestIn } from '../ending/end-request.js';
import { invitationViews } from '../evaluation/load-context.js';
import { invitationNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/** Stores a changed invitation. @throws AccessError `conflict` if someone else changed it first */
async function saveInvitation(unit: TenantUnit, invitation: Invitation): Promise<void> {
  if (!(await unit.invitations.update(invitation))) throw changedMeanwhile('invitation');
}

/**
 * Counts the new grant against the invitation that its request is based on, in the transaction that creates the grant. If
 * two race for the last use, one is refused. The last use also ends the requests that still wait under the invitation.
 *
 * @throws AccessError `conflict`
 */
export async function useInvitationIn(
  unit: TenantUnit,
  { id, requester, digest, terms }: AccessRequest,
  at: string,
): Promise<void> {
  if (terms.invitation === undefined) return;
  const invitation = await unit.invitations.findByHash(terms.invitation);
  if (invitation?.state !== 'open')
    throw new AccessError(
      'conflict',
      'The invitation that this is based on is no longer open. Read it again.',
    );
  const used = useInvitation(invitation, at);
  await saveInvitation(unit, used);
  await unit.log.append({
    type: 'invitation.used',
    at,
    actor: 'job',
    data: {
      invitation: used.id,
      hash: used.hash,
      used: used.used,
      state: used.state,
      request: id,
      requester,
      digest,
    },
  });
  if (used.state === 'used_up') await endWaiting(unit, used, id, at);
}

/** These requests can no longer be granted, so they expire. */
async function endWaiting(
  unit: TenantUnit,
  { hash }: Invitation,
  granted: string,
  at: string,
): Promise<void> {
  for (const request of await unit.requests.openUnder(hash))
    if (request.id !== granted) await endRequestIn(unit, request, { to: 'expired', actor: 'job', at });
}

/**
 * Withdraws an invitation: its grants are revoked and its open requests denied, in the same unit. Any approver of the
 * tenant may.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if it is closed already
 */
export async function withdrawInvitation(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
  words: string | null,
): Promise<InvitationView> {
  requirePermission(principal, 'invitation.withdraw');
  if (principal.person.tenant !== tenant) throw notFound('invitation');
  return deps.store.forTenant(tenant, async (unit) => {
    const person = await unit.organisation.person(principal.person.id);
    if (person === null) throw noLongerKnown();
    requirePermission(principal, 'invitation.withdraw', person);
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

/** Withdraws an invitation inside a unit of work. */
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

/** The scheduler's step: expires an invitation that has passed its end, with its open requests. True if it did. */
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
