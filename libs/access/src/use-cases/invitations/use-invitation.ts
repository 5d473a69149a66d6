import type { AccessRequest } from '../../domain/access-request.js';
import { type Invitation, useInvitation } from '../../domain/invitation.js';
import { AccessError } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { endRequestIn } from '../requests/cancel-request.js';

/** Stores a changed invitation. @throws AccessError `conflict` if someone was faster */
export async function saveInvitation(unit: TenantUnit, invitation: Invitation): Promise<void> {
  if (!(await unit.invitations.update(invitation)))
    throw new AccessError(
      'conflict',
      'Somebody else changed this invitation at the same moment. Read it again.',
    );
}

/**
 * Counts the grant that is about to be made against the invitation that its request leans on, in the transaction
 * that makes it: of two that race for the last use one is refused. With the last use goes what still waits for one.
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
    throw new AccessError('conflict', 'The invitation that this leans on is no longer open. Read it again.');
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

/** Nothing can be granted any more that leans on it, so no one is asked for it any longer. */
async function endWaiting(
  unit: TenantUnit,
  { hash }: Invitation,
  granted: string,
  at: string,
): Promise<void> {
  for (const request of await unit.requests.openUnder(hash))
    if (request.id !== granted) await endRequestIn(unit, request, { to: 'expired', actor: 'job', at });
}
