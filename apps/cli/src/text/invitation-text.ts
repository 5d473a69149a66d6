import { parseDuration } from '@countersign/contract';
import type { InvitationAnswer } from '../api/shapes.js';
import { humanSeconds, instantFrom } from './clock.js';
import { scopeLines } from './request-text.js';
import { facts, table } from './table.js';

const uses = ({ used, uses: most }: InvitationAnswer): string =>
  most === null ? String(used) : `${used} of ${most}`;

export function invitationText(invitation: InvitationAnswer, now: Date): string {
  const seconds = parseDuration(invitation.maxDuration);
  return facts([
    ['invitation', invitation.id],
    ['state', invitation.state],
    ['what', [`${invitation.service} of ${invitation.tenant}`, ...scopeLines(invitation.scope)]],
    ['each time', `at most ${seconds === undefined ? invitation.maxDuration : humanSeconds(seconds)}`],
    ...(invitation.budget?.calls === undefined
      ? []
      : [['each time', `at most ${invitation.budget.calls} calls`] as const]),
    ...(invitation.ticket === null ? [] : [['ticket', invitation.ticket] as const]),
    ['from', invitation.notBefore],
    ['until', instantFrom(invitation.until, now)],
    ['used', uses(invitation)],
    ['by', invitation.person],
  ]);
}

export function invitationsText(invitations: readonly InvitationAnswer[]): string {
  if (invitations.length === 0) return 'No invitations.';
  return table(
    ['ID', 'STATE', 'SERVICE', 'SCOPE', 'TICKET', 'UNTIL', 'USED'],
    invitations.map((invitation) => [
      invitation.id,
      invitation.state,
      invitation.service,
      scopeLines(invitation.scope).join('; '),
      invitation.ticket ?? '',
      invitation.until,
      uses(invitation),
    ]),
  );
}
