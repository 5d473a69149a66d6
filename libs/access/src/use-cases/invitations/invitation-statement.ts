import {
  type Budget,
  INVITATION_TYPE,
  type InvitationStatement,
  type LogPoint,
  normaliseText,
  type Opening,
  openCommitment,
  parseInvitation,
  presentMembers,
  type Signature,
  toInstant,
} from '@countersign/contract';
import { parseInput, wrongStatement } from '../../domain/validate-input.js';
import type { ReadUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { commitText } from '../shared/secrets.js';

/** How long an offered statement can be signed and sent back. */
const OFFER_SECONDS = 3_600;

/** The members of an invitation's statement that its author does not choose. */
interface InvitationParts {
  id: string;
  notBefore: string;
  ticket: { commitment: string; opening: Opening } | null;
  trust: string | undefined;
  log: LogPoint;
}

interface InvitationFacts {
  notBefore: string | null;
  ticket: string | null;
}

type Point = Pick<ReadUnit, 'trust'> & { head(): Promise<LogPoint> };

export async function freshParts(
  deps: Deps,
  point: Point,
  tenant: string,
  input: InvitationFacts,
  now: Date,
): Promise<InvitationParts> {
  return {
    id: deps.ids.next('inv'),
    notBefore: input.notBefore ?? toInstant(now),
    ticket: input.ticket === null ? null : commitText(deps, 'ticket', input.ticket),
    trust: (await point.trust.current(tenant))?.hash,
    log: await point.head(),
  };
}

/**
 * The same members from a signed statement, each checked.
 *
 * @throws AccessError `invalid_request`
 */
export async function signedParts(
  deps: Deps,
  point: Point,
  tenant: string,
  input: InvitationFacts & { signature: Signature; opening?: Opening; now: Date },
): Promise<InvitationParts> {
  const statement = parseInput('/countersignature/statement', () =>
    parseInvitation(input.signature.statement),
  );
  const { invitation: id, notBefore, trust, log } = statement;
  const offered = input.now.getTime() - Date.parse(notBefore);
  if (input.notBefore === null && (offered < 0 || offered > OFFER_SECONDS * 1_000))
    throw wrongStatement('notBefore', 'was offered too long ago, or not yet');
  const versions = (await point.trust.chain(tenant)).map(({ hash }) => hash);
  if (trust === undefined ? versions.length > 0 : !versions.includes(trust))
    throw wrongStatement('trust', 'names no version of this tenant’s trust document');
  const head = await point.head();
  if (log.epoch !== head.epoch || log.size > head.size)
    throw wrongStatement('log', 'is no point of this tenant’s log');
  const ticket = ticketOf(deps, statement, input);
  return { id, notBefore: input.notBefore ?? notBefore, ticket, trust, log };
}

function ticketOf(
  { hashing }: Deps,
  { ticket: commitment }: InvitationStatement,
  { ticket, opening }: { ticket: string | null; opening?: Opening },
): InvitationParts['ticket'] {
  if (commitment === undefined || ticket === null) return null;
  if (
    opening === undefined ||
    opening.value !== normaliseText(ticket) ||
    !openCommitment(hashing, 'ticket', opening, commitment)
  )
    throw wrongStatement('ticket', 'does not commit to this ticket');
  return { commitment, opening };
}

/** The members that the author chooses. */
interface Chosen
  extends Pick<InvitationStatement, 'service' | 'scope' | 'recurs' | 'requesters' | 'unmasked'> {
  until: string;
  seconds: number;
  budget: Budget | null;
  uses: number | null;
}

/** The statement with all its members (docs/contract.md, Statements). */
export const invitationStatement = (
  { deployment, tenant, person }: { deployment: string; tenant: string; person: string },
  chosen: Chosen,
  { id, notBefore, ticket, trust, log }: InvitationParts,
): InvitationStatement =>
  presentMembers<InvitationStatement>({
    type: INVITATION_TYPE,
    deployment,
    tenant,
    invitation: id,
    service: chosen.service,
    scope: chosen.scope,
    ticket: ticket?.commitment,
    maxSeconds: chosen.seconds,
    budget: chosen.budget ?? undefined,
    uses: chosen.uses ?? undefined,
    recurs: chosen.recurs,
    requesters: chosen.requesters,
    unmasked: chosen.unmasked,
    notBefore,
    notAfter: chosen.until,
    person,
    trust,
    log,
  });
