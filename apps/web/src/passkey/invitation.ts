import {
  canonicalJson,
  type InvitationStatement,
  normaliseScope,
  normaliseText,
  type Opening,
  openCommitment,
  type ScopeEntry,
} from '@countersign/contract';
import { PasskeyProblem } from './passkey-problem.js';
import { hashed } from './web-hashing.js';

/** What the approver has chosen on the page. */
export interface ChosenInvitation {
  service: string;
  scope: ScopeEntry[];
  until: string;
  ticket?: string;
  uses?: number;
  /** The longest that one access may last, as it was shown. */
  maxSeconds: number;
  tenant: string;
  person: string;
}

/**
 * The invitation as chosen: of what the broker offers to be signed only the id, the moment, the ticket's commitment, the
 * trust document's hash and where the log stands are taken over.
 *
 * @throws PasskeyProblem `differs` where the broker offers anything else
 */
export async function invitationOf(
  { service, scope, until, ticket, uses, maxSeconds, tenant, person }: ChosenInvitation,
  offered: InvitationStatement,
  opening: Opening | undefined,
): Promise<InvitationStatement> {
  const { deployment, invitation, notBefore, trust, log, ticket: commitment } = offered;
  const made: InvitationStatement = {
    type: 'countersign/invitation/v1',
    deployment,
    tenant,
    invitation,
    service,
    scope: normaliseScope(scope),
    ...(commitment === undefined ? {} : { ticket: commitment }),
    maxSeconds,
    ...(uses === undefined ? {} : { uses }),
    notBefore,
    notAfter: until,
    person,
    ...(trust === undefined ? {} : { trust }),
    log,
  };
  if (canonicalJson(made) !== canonicalJson(offered) || !(await commitsTo(ticket, commitment, opening)))
    throw new PasskeyProblem('differs');
  return made;
}

async function commitsTo(
  ticket: string | undefined,
  commitment: string | undefined,
  opening: Opening | undefined,
): Promise<boolean> {
  if (ticket === undefined || commitment === undefined) return ticket === commitment;
  if (opening?.value !== normaliseText(ticket)) return false;
  return hashed((hashing) => openCommitment(hashing, 'ticket', opening, commitment));
}
