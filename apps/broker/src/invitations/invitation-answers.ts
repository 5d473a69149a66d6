import type { InvitationInput, InvitationView } from '@countersign/access';
import type { Invitation, InvitationBody } from '@countersign/api';
import { formatDuration, nextInvited, parseDuration, toInstant } from '@countersign/contract';

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
    ...(body.recurs === undefined ? {} : { recurs: body.recurs }),
    ...(body.requesters === undefined ? {} : { requesters: body.requesters }),
    ...(body.unmasked && { unmasked: body.unmasked }),
    ...(countersignature === undefined ? {} : { countersignature }),
    ...(openings?.ticket === undefined ? {} : { opening: openings.ticket }),
  };
}

/** @param now the moment from which the next weekly time is named */
export function invitationAnswer({ invitation, ticket }: InvitationView, now: Date): Invitation {
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
    recurs: recursAnswer(invitation, now),
    requesters: statement.requesters ?? null,
    unmasked: statement.unmasked === true,
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

function recursAnswer({ state, statement }: InvitationView['invitation'], now: Date): Invitation['recurs'] {
  if (statement.recurs === undefined) return null;
  const next = state === 'open' ? nextInvited(statement, now.getTime()) : null;
  return {
    ...statement.recurs,
    next:
      next === null ? null : { from: toInstant(new Date(next.from)), until: toInstant(new Date(next.until)) },
  };
}
