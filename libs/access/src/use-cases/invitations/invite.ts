import {
  type Budget,
  ContractError,
  canonicalJson,
  type InvitationStatement,
  isInstant,
  isZone,
  MAX_TOKEN_BYTES,
  nextInvited,
  type Opening,
  occurrenceSeconds,
  parseInvitation,
  parseSignature,
  type Signature,
  statementHash,
  termsTokenBytes,
  toInstant,
} from '@countersign/contract';
import type { Invitation, InvitationView } from '../../domain/invitation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { countersignedActions, requiredApprovals } from '../../domain/trust/trust-status.js';
import { parseInput, parseScope } from '../../domain/validate-input.js';
import { AccessError, noLongerKnown, notFound, refusal } from '../../errors.js';
import { effectivePolicy } from '../../policy/effective-policy.js';
import { evaluate } from '../../policy/evaluate.js';
import { NO_INVITATION } from '../../policy/invitation-match.js';
import type { RequestedAccess } from '../../policy/requested-access.js';
import type { TenantUnit } from '../../ports/index.js';
import { loadPolicyContext, MAX_OPEN_INVITATIONS } from '../evaluation/load-context.js';
import { invitationNotice } from '../notices/notices.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import { type Deps, idempotencyOptions, type Repeatable, type SigningDeps } from '../shared/deps.js';
import { findStaff } from '../shared/staff.js';
import { requireSignedBy, signingPoint } from '../shared/verify-signature.js';
import { freshParts, invitationStatement, signedParts } from './invitation-statement.js';

/** A longer invitation would be standing access. */
const MAX_INVITATION_SECONDS = 90 * 86_400;

export interface InvitationInput
  extends Pick<InvitationStatement, 'service' | 'scope' | 'recurs' | 'unmasked'> {
  /** Every grant has to end by then. Whole seconds, like `notBefore`. */
  until: string;
  /** Null: now. */
  notBefore: string | null;
  ticket: string | null;
  /** The longest duration of one grant; null: what the policies allow. */
  seconds: number | null;
  budget: Budget | null;
  /** How many grants it may lead to; null: any number. */
  uses: number | null;
  /** The engineers that it is for, each by `usr_…` or e-mail; absent: all. */
  requesters?: string[];
  /** Its author's signature over the offered statement, as received; `opening` opens the ticket in it. */
  countersignature?: unknown;
  opening?: Opening;
}

/** The statement that an approver signs to invite, and the opening of the ticket in it. */
interface InvitationToSign {
  statement: InvitationStatement;
  ticket: Opening | null;
  /** In seconds: the longest grant that the policies allow, whatever the statement says. */
  longest: number;
}

/**
 * The invitation statement that the caller may sign now. Nothing is stored; the signed statement is verified when it comes.
 *
 * @throws AccessError `forbidden`, `not_found` for another tenant or an unknown engineer, `invalid_request`, `request_refused`
 */
export async function draftInvitationStatement(
  deps: Deps,
  principal: Principal,
  tenant: string,
  input: InvitationInput,
): Promise<InvitationToSign> {
  requirePermission(principal, 'invitation.create');
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  const scope = parseScope(input.scope);
  const requesters = await resolveRequesters(deps, input.requesters);
  return deps.store.readForTenant(tenant, async (unit) => {
    const now = deps.clock.now();
    const { person } = principal;
    const chosen = { ...input, tenant, scope, ...requesters };
    const { seconds, longest } = await evaluateInvitation(unit, chosen, person, now);
    const parts = await freshParts(deps, signingPoint(unit), tenant, input, now);
    const author = { deployment: deps.store.deployment, tenant, person: person.id };
    const statement = validated(invitationStatement(author, { ...chosen, seconds }, parts), now);
    return { statement, ticket: parts.ticket?.opening ?? null, longest };
  });
}

/**
 * An approver invites: a request that this covers needs no further approval of theirs. An invitation must not cover what
 * can never be granted.
 *
 * @throws AccessError `forbidden`, `not_found` for another tenant or an unknown engineer, `invalid_request`,
 *   `request_refused` with every refusal, `countersignature_required`, `conflict` if too many are open
 */
export async function invite(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  input: InvitationInput,
  repeatable: Repeatable = {},
): Promise<InvitationView> {
  requirePermission(principal, 'invitation.create');
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  if (input.countersignature !== undefined) requirePermission(principal, 'invitation.countersign');
  const scope = parseScope(input.scope);
  const requesters = await resolveRequesters(deps, input.requesters);
  return deps.store.forTenant(
    tenant,
    async (unit) => {
      const person = await unit.organisation.person(principal.person.id);
      if (person === null) throw noLongerKnown();
      requirePermission(principal, 'invitation.create', person);
      await requireOwnKey(unit, principal);
      const now = deps.clock.now();
      const chosen = { ...input, tenant, scope, ...requesters };
      const { seconds, mustBeSigned } = await evaluateInvitation(unit, chosen, person, now);
      if (mustBeSigned && input.countersignature === undefined)
        throw new AccessError('countersignature_required', 'This invitation must be signed with a passkey.');
      const open = await unit.invitations.open(tenant, input.service, MAX_OPEN_INVITATIONS);
      if (open.length >= MAX_OPEN_INVITATIONS)
        throw new AccessError(
          'conflict',
          `${MAX_OPEN_INVITATIONS} invitations to ${input.service} are open already. Withdraw one first.`,
        );
      return storeInvitation(deps, unit, person, { ...chosen, seconds }, now);
    },
    idempotencyOptions(deps, repeatable),
  );
}

const TOO_LONG =
  'With its weekly times and engineers, this invitation is too long for one token. Name fewer resources or engineers.';

/** Evaluates the invitation. Returns the duration of one grant, as requested and at most. */
async function evaluateInvitation(
  unit: Parameters<typeof loadPolicyContext>[0],
  input: InvitationInput & { tenant: string },
  person: Person,
  now: Date,
): Promise<{ seconds: number; longest: number; mustBeSigned: boolean }> {
  const { tenant, service, scope, unmasked } = input;
  const access: RequestedAccess = {
    ...{ tenant, service, scope, ticket: input.ticket, basis: 'invitation', startsOn: 'approval' },
    justified: true,
    reasonCode: null,
    ...(unmasked && { unmasked }),
    seconds: input.seconds ?? 1,
  };
  const context = await loadPolicyContext(unit, access, {
    ...{ stage: 'invite', now, requester: person, openRequests: 0, terms: null },
  });
  const { refusals } = evaluate(access, { ...context, invitationMatch: NO_INVITATION });
  if (refusals.length > 0)
    throw new AccessError('request_refused', refusals.map(({ detail }) => detail).join(' '), {
      refusals: refusals.map((each) =>
        each.pointer === '/duration' ? { ...each, pointer: '/maxDuration' } : each,
      ),
    });
  const { tenant: record, trust } = context;
  requireFitsToken(input, record === null ? 1 : requiredApprovals(record.controls, trust));
  const longest = Math.min(
    effectivePolicy(context.policy, access).maxDuration,
    record?.controls.maxDuration ?? Number.POSITIVE_INFINITY,
    input.recurs === undefined ? Number.POSITIVE_INFINITY : occurrenceSeconds(input.recurs),
  );
  const mustBeSigned =
    record !== null && countersignedActions({ scope, unmasked }, record.controls, trust).length > 0;
  return { seconds: input.seconds ?? longest, longest, mustBeSigned };
}

/** The statement is part of each token. The rules bound its scope alone; weekly times and engineers make it longer. */
function requireFitsToken({ scope, recurs, requesters }: InvitationInput, approvals: number): void {
  const more =
    recurs === undefined && requesters === undefined ? 0 : JSON.stringify({ recurs, requesters }).length;
  if (termsTokenBytes(canonicalJson(scope).length + more, approvals) > MAX_TOKEN_BYTES)
    throw new AccessError('request_refused', TOO_LONG, {
      refusals: [refusal('terms_too_large', requesters === undefined ? '/scope' : '/requesters', TOO_LONG)],
    });
}

/**
 * The ids of the engineers that an invitation names, each once and in order.
 *
 * @throws AccessError `not_found` if one of them is not among the vendor's staff
 */
async function resolveRequesters(
  deps: Deps,
  names: readonly string[] | undefined,
): Promise<{ requesters?: string[] }> {
  if (names === undefined) return {};
  const ids = new Set<string>();
  for (const name of names) {
    const person = await findStaff(deps, name);
    if (person === null) throw notFound(`person “${name}” among the vendor’s staff`);
    ids.add(person.id);
  }
  return { requesters: [...ids].sort() };
}

async function storeInvitation(
  deps: SigningDeps,
  unit: TenantUnit,
  person: Person,
  input: InvitationInput & { seconds: number },
  now: Date,
): Promise<InvitationView> {
  const at = toInstant(now);
  const point = { trust: unit.trust, head: () => unit.log.head() };
  const signature =
    input.countersignature === undefined
      ? null
      : parseInput('/countersignature', () => parseSignature(input.countersignature));
  const parts =
    signature === null
      ? await freshParts(deps, point, unit.tenant, input, now)
      : await signedParts(deps, point, unit.tenant, { ...input, signature, now });
  const author = { deployment: deps.store.deployment, tenant: unit.tenant, person: person.id };
  const statement = validated(invitationStatement(author, input, parts), now);
  const countersignature = signature === null ? null : { ...signature, statement };
  if (signature !== null && countersignature !== null) {
    if (canonicalJson(signature.statement) !== canonicalJson(statement))
      throw invalid('/countersignature/statement', 'What was signed is not this invitation.');
    if ((await unit.invitations.find(statement.invitation)) !== null)
      throw new AccessError('conflict', 'This invitation exists already.');
    await requireSignedBy(deps, unit, person.id, countersignature);
  }
  const { ticket } = parts;
  const invitation: Invitation = {
    id: statement.invitation,
    tenant: unit.tenant,
    service: input.service,
    person: person.id,
    state: 'open',
    version: 1,
    statement,
    countersignature,
    hash: statementHash(deps.hashing, statement),
    used: 0,
    createdAt: at,
    endedAt: null,
  };
  await unit.invitations.insert(invitation);
  if (ticket !== null) await unit.openings.save([{ name: 'ticket', ...ticket }]);
  await unit.log.append({
    type: 'invitation.created',
    at,
    actor: person.id,
    data: {
      invitation: invitation.id,
      hash: invitation.hash,
      statement,
      ...(countersignature === null ? {} : { countersignature: proofOf(countersignature) }),
    },
    ...(ticket === null ? {} : { commitments: { ticket: ticket.commitment } }),
  });
  await unit.outbox.add(invitationNotice(invitation, 'created', at));
  return { invitation, ticket: ticket?.opening ?? null };
}

/** Without the statement, which the event carries already. */
const proofOf = ({ statement: _statement, ...proof }: Signature): Omit<Signature, 'statement'> => proof;

/** The body's names for members of the statement. */
const NAMES: Partial<Record<string, string>> = { '/notAfter': '/until', '/maxSeconds': '/maxDuration' };

/** @throws AccessError `invalid_request` if this is not a valid statement */
function validated(statement: InvitationStatement, now: Date): InvitationStatement {
  const until = isInstant(statement.notAfter) ? Date.parse(statement.notAfter) : Number.NaN;
  if (until <= now.getTime()) throw invalid('/until', 'until is over already.');
  if (until > now.getTime() + MAX_INVITATION_SECONDS * 1_000)
    throw invalid('/until', `until is more than ${MAX_INVITATION_SECONDS / 86_400} days ahead.`);
  try {
    requireOpensOnce(parseInvitation(statement), now);
    return statement;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const pointer = NAMES[error.pointer ?? ''] ?? error.pointer ?? '';
    throw invalid(pointer, `${pointer.slice(1)} ${error.message}.`);
  }
}

/** @throws AccessError `invalid_request` if the zone is unknown here, or none of the weekly times comes before the end */
function requireOpensOnce(statement: InvitationStatement, now: Date): void {
  const { recurs } = statement;
  if (recurs === undefined) return;
  if (!isZone(recurs.zone))
    throw invalid(
      '/recurs/zone',
      'recurs/zone is not a time zone that this broker knows. Write a name such as Europe/Berlin.',
    );
  if (nextInvited(statement, now.getTime()) === null)
    throw invalid('/recurs', 'recurs names no time between notBefore and until.');
}

const invalid = (pointer: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer });
