import {
  type ApprovalStatement,
  canonicalJson,
  type Hashing,
  type InvitationStatement,
  type LiftStatement,
  normaliseScope,
  normaliseText,
  type Opening,
  openCommitment,
  type Recurrence,
  type ScopeEntry,
  type StopStatement,
  sha256Digest,
  type Terms,
  termsCommitments,
  termsDigest,
  toInstant,
  type WideningStatement,
} from '@countersign/contract';
import type { ControlsOfWidening } from './controls-difference.js';
import { PasskeyProblem } from './passkey-problem.js';
import { withHashing } from './web-hashing.js';

/** What the page shows to the approver. */
export interface Shown {
  terms: Terms;
  /** The texts behind the commitments in the terms, as shown. */
  openings: Readonly<Record<string, Opening>>;
  person: string;
  decision: ApprovalStatement['decision'];
}

/**
 * Builds the approval or denial of what the page shows. From the broker's offer it takes only the start of the window, the
 * hash of the trust document and the state of the log. The broker's pages and the customer's own signing page both use it.
 *
 * @throws PasskeyProblem `differs` if the broker offers any other statement
 */
export async function buildApproval(shown: Shown, offered: ApprovalStatement): Promise<ApprovalStatement> {
  const { terms, person, decision } = shown;
  const { deployment, tenant, startsAt, lapsesAt, seconds } = terms;
  const { trust, log, notBefore } = offered;
  const statement: ApprovalStatement = {
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
  if (canonicalJson(statement) !== canonicalJson(offered) || !(await isOpened(shown)))
    throw new PasskeyProblem('differs');
  return statement;
}

/** Whether the terms commit to the reason, the ticket and the change that the page shows. */
function isOpened({ terms, openings }: Shown): Promise<boolean> {
  const committed = new Map(Object.entries(termsCommitments(terms)));
  const isBody = (hashing: Hashing, text: string) => sha256Digest(hashing, text) === terms.change?.bodySha256;
  return withHashing((hashing) =>
    Object.entries(openings).every(
      ([name, opening]) =>
        openCommitment(hashing, name, opening, committed.get(name) ?? '') &&
        (name !== 'changeBody' || isBody(hashing, opening.value)),
    ),
  );
}

/** What the approver has chosen on the page. */
export interface ChosenInvitation {
  service: string;
  scope: ScopeEntry[];
  until: string;
  ticket?: string;
  uses?: number;
  /** The weekly times to which the approver limits it. */
  recurs?: Recurrence;
  /** How many engineers the approver named, by e-mail. The signing page shows the people that the broker found. */
  engineers?: number;
  /** Requests may ask that hidden fields are shown. */
  unmasked?: true;
  /** The longest time that one access may last, as the page shows it. */
  maxSeconds: number;
  tenant: string;
  person: string;
}

/**
 * Builds the invitation that the approver chose. From the broker's offer it takes only the id, the start, the commitment to
 * the ticket, the ids of the named engineers, the hash of the trust document and the state of the log.
 *
 * @throws PasskeyProblem `differs` if the broker offers any other statement
 */
export async function buildInvitation(
  chosen: ChosenInvitation,
  offered: InvitationStatement,
  opening: Opening | undefined,
): Promise<InvitationStatement> {
  const { service, scope, until, ticket, uses, recurs, engineers, unmasked, maxSeconds, tenant, person } =
    chosen;
  const { deployment, invitation, notBefore, requesters, trust, log, ticket: commitment } = offered;
  const statement: InvitationStatement = {
    type: 'countersign/invitation/v1',
    deployment,
    tenant,
    invitation,
    service,
    scope: normaliseScope(scope),
    ...(commitment === undefined ? {} : { ticket: commitment }),
    maxSeconds,
    ...(uses === undefined ? {} : { uses }),
    ...(recurs === undefined ? {} : { recurs }),
    ...(engineers === undefined || requesters === undefined ? {} : { requesters }),
    ...(unmasked && { unmasked }),
    notBefore,
    notAfter: until,
    person,
    ...(trust === undefined ? {} : { trust }),
    log,
  };
  // An e-mail that was written twice is one engineer.
  const areNamed = engineers === undefined || (requesters !== undefined && requesters.length <= engineers);
  if (
    !areNamed ||
    canonicalJson(statement) !== canonicalJson(offered) ||
    !(await commitsTo(ticket, commitment, opening))
  )
    throw new PasskeyProblem('differs');
  return statement;
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

/** What the page shows to the admin who confirms a widening. */
interface ShownWidening {
  tenant: string;
  widening: string;
  person: string;
  controls: ControlsOfWidening;
}

/**
 * Builds the confirmation of the widening that the page shows. From the broker's offer it takes only the deployment, the
 * instant before which nothing changes, the hash of the trust document and the state of the log.
 *
 * @throws PasskeyProblem `differs` if the broker offers any other statement
 */
export async function buildWidening(
  { tenant, widening, person, controls }: ShownWidening,
  offered: WideningStatement,
): Promise<WideningStatement> {
  const { deployment, notBefore, trust, log } = offered;
  const hash = (of: object) => withHashing((hashing) => sha256Digest(hashing, canonicalJson(of)));
  const statement: WideningStatement = {
    type: 'countersign/widening/v1',
    ...{ deployment, tenant, widening },
    before: await hash(controls.before),
    after: await hash(controls.after),
    ...{ notBefore, person },
    ...(trust === undefined ? {} : { trust }),
    log,
  };
  return same(statement, offered);
}

/** The tenant that a stop or lift is for, and the person who signs it. */
interface Chosen {
  tenant: string;
  person: string;
}

/**
 * Builds the stop that the person chose. From the broker's offer it takes only the deployment, the nonce, the five-minute
 * window, the hash of the trust document and the state of the log. Without a digest it stops everything.
 *
 * @throws PasskeyProblem `differs` if the broker offers any other statement
 */
export const buildStop = (chosen: Chosen & { digest?: string }, offered: StopStatement): StopStatement =>
  same({ ...commonOf(offered), ...chosen, type: 'countersign/stop/v1' }, offered);

/** Builds the lift of a stop in the same way. @throws PasskeyProblem `differs` */
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

function same<S extends object>(own: S, offered: S): S {
  if (canonicalJson(own) !== canonicalJson(offered)) throw new PasskeyProblem('differs');
  return own;
}
