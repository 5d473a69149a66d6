import type { Invitation, InvitationView } from '../../domain/invitation.js';
import type { ReadUnit } from '../../ports/index.js';

/** Invitations with the tickets that they name, in one read more. */
export async function invitationViews(
  { openings }: Pick<ReadUnit, 'openings'>,
  invitations: readonly Invitation[],
): Promise<InvitationView[]> {
  const tickets = invitations.flatMap(({ statement }) => statement.ticket ?? []);
  const opened = tickets.length === 0 ? new Map() : await openings.find(tickets);
  return invitations.map((invitation) => ({
    invitation,
    ticket: opened.get(invitation.statement.ticket ?? '') ?? null,
  }));
}
