import type { InvitationInput, InvitationView } from '@countersign/access';
import type { Invitation, InvitationBody } from '@countersign/api';
import { formatDuration, parseDuration } from '@countersign/contract';

export function invitationInput(body: InvitationBody): InvitationInput {
  const { service, scope, until, maxDuration, countersignature, openings } = body;
  return {
    service,
    scope,
    until,
    notBefore: body.notBefore ?? null,
    ticket: body.ticket ?? null,
    seconds: maxDuration === undefined ? null : (parseDuration(maxDuration) ?? 0),
    budget: body.budget ?? null,
    uses: body.uses ?? null,
    ...(countersignature === undefined ? {} : { countersignature }),
    ...(openings?.ticket === undefined ? {} : { opening: openings.ticket }),
  };
}

export function invitationAnswer({ invitation, ticket }: InvitationView): Invitation {
  const { statement } = invitation;
  const { budget = null, uses = null } = statement;
  return {
    id: invitation.id,
    tenant: invitation.tenant,
    service: invitation.service,
    scope: statement.scope,
    notBefore: statement.notBefore,
    until: statement.notAfter,
    ticket: ticket?.value ?? null,
    maxDuration: formatDuration(statement.maxSeconds),
    budget,
    uses,
    used: invitation.used,
    state: invitation.state,
    person: invitation.person,
    createdAt: invitation.createdAt,
    endedAt: invitation.endedAt,
    hash: invitation.hash,
    statement,
    countersignature: invitation.countersignature,
    openings: ticket === null ? {} : { ticket },
  };
}
