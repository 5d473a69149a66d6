import {
  type Budget,
  ContractError,
  canonicalJson,
  type InvitationStatement,
  isInstant,
  type Opening,
  parseInvitation,
  parseSignature,
  type ScopeEntry,
  type Signature,
  statementHash,
  toInstant,
} from '@countersign/contract';
import type { Invitation, InvitationView } from '../../domain/invitation.js';
import { parseInput } from '../../domain/parse-input.js';
import { requireOwnBrowser, requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { countersignedActions } from '../../domain/trust/trust-status.js';
import { AccessError, notFound } from '../../errors.js';
import { effectivePolicy } from '../../policy/effective-policy.js';
import { evaluate } from '../../policy/evaluate.js';
import { NO_INVITATION } from '../../policy/invitation-match.js';
import type { RequestedAccess } from '../../policy/requested-access.js';
import type { TenantUnit } from '../../ports/index.js';
import { loadPolicyContext, MAX_OPEN_INVITATIONS } from '../evaluation/load-context.js';
import { invitationNotice } from '../notices/notices.js';
import { parseScope } from '../requests/normalised-ask.js';
import { signingPoint } from '../requests/read-statement.js';
import type { Deps, SigningDeps } from '../shared/deps.js';
import { keptUnder, type Repeatable } from '../shared/idempotent.js';
import { requireOwnKey } from '../trust/own-key.js';
import { requireSignedBy } from '../trust/signed-by.js';
import { freshParts, signedParts, stated } from './invitation-parts.js';

/** A door that stands open for longer is standing access by another name. */
const MAX_INVITATION_SECONDS = 90 * 86_400;

export interface InvitationInput {
  service: string;
  scope: ScopeEntry[];
  /** The whole of each grant lies before it. Whole seconds, like `notBefore`. */
  until: string;
  /** Null: from now on. */
  notBefore: string | null;
  ticket: string | null;
  /** The longest that one grant may last; null: what the policies allow. */
  seconds: number | null;
  budget: Budget | null;
  /** How many grants it may open; null: any number. */
  uses: number | null;
  /** Its author's signature over the statement that they were given, as it came; and what opens its ticket. */
  countersignature?: unknown;
  opening?: Opening;
}

/** What an approver signs to invite, and what opens the ticket in it. */
export interface InvitationToSign {
  statement: InvitationStatement;
  ticket: Opening | null;
  /** Seconds: the longest that the policies allow one grant, whatever the statement says. */
  longest: number;
}

/**
 * The invitation that the caller may sign now. Nothing is stored; it is judged again when it comes.
 *
 * @throws AccessError `forbidden`, `not_found` for another tenant, `invalid_request`, `request_refused`
 */
export function draftInvitationStatement(
  deps: Deps,
  principal: Principal,
  tenant: string,
  input: InvitationInput,
): Promise<InvitationToSign> {
  requirePermission(principal.person, 'invitation.write');
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  const scope = parseScope(input.scope);
  return deps.store.readForTenant(tenant, async (unit) => {
    const now = deps.clock.now();
    const { person } = principal;
    const { seconds, longest } = await allowed(unit, { ...input, tenant, scope }, person, now);
    const fixed = await freshParts(deps, signingPoint(unit), tenant, input, now);
    const place = { deployment: deps.store.deployment, tenant, person: person.id };
    const statement = checked(stated(place, { ...input, scope, seconds }, fixed), now);
    return { statement, ticket: fixed.ticket?.opening ?? null, longest };
  });
}

/**
 * The customer opens the door itself: whoever asks for what this covers needs no further yes of this approver. What
 * could never be granted cannot be invited to.
 *
 * @throws AccessError `forbidden`, `not_found` for another tenant, `invalid_request`, `request_refused` with every
 *   refusal, `countersignature_required`, `conflict` if too many are open
 */
export async function invite(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  input: InvitationInput,
  repeatable: Repeatable = {},
): Promise<InvitationView> {
  requirePermission(principal.person, 'invitation.write');
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  if (input.countersignature !== undefined) requireOwnBrowser(principal);
  const scope = parseScope(input.scope);
  return deps.store.forTenant(
    tenant,
    async (unit) => {
      const person = await unit.organisation.person(principal.person.id);
      if (person === null) throw new AccessError('forbidden', 'You are no longer known here.');
      requirePermission(person, 'invitation.write');
      await requireOwnKey(unit, principal);
      const now = deps.clock.now();
      const { seconds, mustBeSigned } = await allowed(unit, { ...input, tenant, scope }, person, now);
      if (mustBeSigned && input.countersignature === undefined)
        throw new AccessError('countersignature_required', 'This invitation must be signed with a passkey.');
      const open = await unit.invitations.open(tenant, input.service, MAX_OPEN_INVITATIONS);
      if (open.length >= MAX_OPEN_INVITATIONS)
        throw new AccessError(
          'conflict',
          `${MAX_OPEN_INVITATIONS} invitations to ${input.service} are open already. Withdraw one first.`,
        );
      return store(deps, unit, person, { ...input, scope, seconds }, now);
    },
    keptUnder(deps, repeatable),
  );
}

/** How long one grant may last, as asked and at most, once the evaluator has nothing against the invitation. */
async function allowed(
  unit: Parameters<typeof loadPolicyContext>[0],
  input: InvitationInput & { tenant: string },
  person: Person,
  now: Date,
): Promise<{ seconds: number; longest: number; mustBeSigned: boolean }> {
  const { tenant, service, scope } = input;
  const ask: RequestedAccess = {
    ...{ tenant, service, scope, ticket: input.ticket, basis: 'invitation', startsOn: 'approval' },
    justified: true,
    seconds: input.seconds ?? 1,
  };
  const context = await loadPolicyContext(unit, ask, {
    ...{ stage: 'invite', now, requester: person, openRequests: 0, terms: null },
  });
  const { refusals } = evaluate(ask, { ...context, invitationMatch: NO_INVITATION });
  if (refusals.length > 0)
    throw new AccessError('request_refused', refusals.map(({ detail }) => detail).join(' '), {
      refusals: refusals.map((each) =>
        each.pointer === '/duration' ? { ...each, pointer: '/maxDuration' } : each,
      ),
    });
  const longest = Math.min(
    effectivePolicy(context.policy, ask).maxDuration,
    context.tenant?.controls.maxDuration ?? Number.POSITIVE_INFINITY,
  );
  const { tenant: record, trust } = context;
  const mustBeSigned = record !== null && countersignedActions(scope, record.controls, trust).length > 0;
  return { seconds: input.seconds ?? longest, longest, mustBeSigned };
}

async function store(
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
  const fixed =
    signature === null
      ? await freshParts(deps, point, unit.tenant, input, now)
      : await signedParts(deps, point, unit.tenant, { ...input, signature, now });
  const place = { deployment: deps.store.deployment, tenant: unit.tenant, person: person.id };
  const statement = checked(stated(place, input, fixed), now);
  const countersignature = signature === null ? null : { ...signature, statement };
  if (signature !== null && countersignature !== null) {
    if (canonicalJson(signature.statement) !== canonicalJson(statement))
      throw invalid('/countersignature/statement', 'What was signed is not this invitation.');
    if ((await unit.invitations.find(statement.invitation)) !== null)
      throw new AccessError('conflict', 'This very invitation was made before.');
    await requireSignedBy(deps, unit, person.id, countersignature);
  }
  const { ticket } = fixed;
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

/** The statement stands beside it. */
const proofOf = ({ statement: _statement, ...proof }: Signature): Omit<Signature, 'statement'> => proof;

/** How the members of the statement are called in the body. */
const NAMES: Partial<Record<string, string>> = { '/notAfter': '/until', '/maxSeconds': '/maxDuration' };

/** @throws AccessError `invalid_request` for what cannot be stated */
function checked(statement: InvitationStatement, now: Date): InvitationStatement {
  const until = isInstant(statement.notAfter) ? Date.parse(statement.notAfter) : Number.NaN;
  if (until <= now.getTime()) throw invalid('/until', 'until is over already.');
  if (until > now.getTime() + MAX_INVITATION_SECONDS * 1_000)
    throw invalid('/until', `until is more than ${MAX_INVITATION_SECONDS / 86_400} days ahead.`);
  try {
    return parseInvitation(statement);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const pointer = NAMES[error.pointer ?? ''] ?? error.pointer ?? '';
    throw invalid(pointer, `${pointer.slice(1)} ${error.message}.`);
  }
}

const invalid = (pointer: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer });
