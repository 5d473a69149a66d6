import {
  type ApprovalStatement,
  canonicalJson,
  type InvitationStatement,
  type LiftStatement,
  normaliseScope,
  normaliseText,
  type Opening,
  openCommitment,
  type ScopeEntry,
  type StopStatement,
  type Terms,
  termsDigest,
  toInstant,
} from '@countersign/contract';
import { PasskeyProblem } from './passkey-problem.js';
import { withHashing } from './web-hashing.js';

/** What the approver has read on the page. */
export interface Shown {
  terms: Terms;
  /** Texts that the terms only commit to, as shown. */
  openings: Readonly<Record<string, Opening>>;
  person: string;
  decision: ApprovalStatement['decision'];
}

/**
 * The approval or denial of what is shown, made here: of what the broker offers to be signed only the moment, the trust document's
 * hash and where the log stands are taken over. Pure, and the same for the pages and for a customer's own signing page.
 *
 * @throws PasskeyProblem `differs` where the broker offers anything else
 */
export async function buildApproval(shown: Shown, offered: ApprovalStatement): Promise<ApprovalStatement> {
  const { terms, person, decision } = shown;
  const { deployment, tenant, startsAt, lapsesAt, seconds } = terms;
  const { trust, log, notBefore } = offered;
  const made: ApprovalStatement = {
    type: 'countersign/approval/v1',
    deployment,
    tenant,
    digest: await withHashing((hashing) => termsDigest(hashing, terms)),
    decision,
    person,
    ...(decision === 'deny'
      ? {}
      : {
          notBefore: startsAt ?? notBefore ?? '',
          notAfter: toInstant(new Date(Date.parse(startsAt ?? lapsesAt) + seconds * 1_000)),
        }),
    ...(trust === undefined ? {} : { trust }),
    log,
  };
  if (canonicalJson(made) !== canonicalJson(offered) || !(await isOpened(shown)))
    throw new PasskeyProblem('differs');
  return made;
}

/** The reason and the ticket that are shown are the ones that the terms commit to. */
function isOpened({ terms, openings }: Shown): Promise<boolean> {
  const committed = { justification: terms.justification, ticket: terms.ticket };
  return withHashing((hashing) =>
    Object.entries(openings).every(([name, opening]) => {
      const commitment = committed[name as keyof typeof committed];
      return commitment !== undefined && openCommitment(hashing, name, opening, commitment);
    }),
  );
}

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
export async function buildInvitation(
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
  return withHashing((hashing) => openCommitment(hashing, 'ticket', opening, commitment));
}

/** Whose stop it is, of whom. */
interface Chosen {
  tenant: string;
  person: string;
}

/**
 * The stop that was chosen: of what the broker offers to be signed only the nonce, the five minutes in which it is taken,
 * and where the tenant stands are taken over. Without a digest it stops everything.
 *
 * @throws PasskeyProblem `differs` where the broker offers anything else
 */
export const buildStop = (chosen: Chosen & { digest?: string }, offered: StopStatement): StopStatement =>
  same({ ...commonOf(offered), ...chosen, type: 'countersign/stop/v1' }, offered);

/** Likewise the lift of that stop. @throws PasskeyProblem `differs` */
export const buildLift = (chosen: Chosen & { stop: string }, offered: LiftStatement): LiftStatement =>
  same({ ...commonOf(offered), ...chosen, type: 'countersign/lift/v1' }, offered);

const commonOf = ({ deployment, nonce, notBefore, notAfter, trust, log }: StopStatement | LiftStatement) => ({
  deployment,
  nonce,
  notBefore,
  notAfter,
  trust,
  log,
});

function same<S extends object>(made: S, offered: S): S {
  if (canonicalJson(made) !== canonicalJson(offered)) throw new PasskeyProblem('differs');
  return made;
}
