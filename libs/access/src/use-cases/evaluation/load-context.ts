import type { Terms } from '@countersign/contract';
import type { Invitation, InvitationView } from '../../domain/invitation.js';
import { isForTenant, type TenantRecord } from '../../domain/organisation.js';
import { hasRole, type Person } from '../../domain/person.js';
import { isActivePasskey } from '../../domain/trust/passkey.js';
import { countersignedActions, type TrustStatus, UNCLAIMED } from '../../domain/trust/trust-status.js';
import { BASES } from '../../policy/bases.js';
import type { PolicyContext } from '../../policy/context.js';
import {
  findMatchingInvitation,
  type InvitationMatch,
  NO_INVITATION,
} from '../../policy/invitation-match.js';
import type { RequestedAccess, Stage } from '../../policy/requested-access.js';
import type { ReadUnit } from '../../ports/index.js';
import { activePasskeys } from '../shared/verify-signature.js';

/** How many of a tenant's invitations to one service may be open at once. */
export const MAX_OPEN_INVITATIONS = 200;

/** What the rules read. */
export type PolicyReads = Pick<
  ReadUnit,
  'organisation' | 'locks' | 'invitations' | 'openings' | 'trust' | 'authenticators' | 'stops'
>;

type TrustReads = Pick<PolicyReads, 'organisation' | 'trust' | 'authenticators' | 'stops'>;

interface ContextInput {
  stage: Stage;
  now: Date;
  requester: Person;
  /** How many requests of the requester are open, or how to count them. */
  openRequests: number | (() => Promise<number>);
  terms: Terms | null;
  /** The grant for which a token is minted or which starts; absent: there is none yet. */
  grant?: string;
}

/** Loads what the rules read. In a writing unit this happens in the transaction of the change that the rules allow. */
export async function loadPolicyContext(
  unit: PolicyReads,
  access: RequestedAccess,
  more: ContextInput,
): Promise<PolicyContext> {
  const { organisation, locks } = unit;
  const { requester } = more;
  const tenant = await organisation.tenant(access.tenant);
  // At once: they share a round trip.
  const [trust, openInvitations, activeLocks, openRequests, policy, service, reviewers, approvers] =
    await Promise.all([
      tenant === null ? UNCLAIMED : loadTrustStatus(unit, tenant, access, more.now),
      more.stage === 'request'
        ? unit.invitations.open(access.tenant, access.service, MAX_OPEN_INVITATIONS)
        : [],
      locks.binding([
        {
          ...{ tenant: access.tenant, person: requester.id, service: access.service },
          grant: more.grant ?? null,
        },
      ]),
      typeof more.openRequests === 'number' ? more.openRequests : more.openRequests(),
      organisation.policy(),
      organisation.service(access.service),
      organisation.countWithRole(null, reviewerRole(access), requester.id),
      tenant === null ? [] : organisation.withRole(tenant.slug, 'approver'),
    ]);
  const suffices = ({ countersignature }: Invitation): boolean =>
    tenant === null ||
    countersignature !== null ||
    countersignedActions(access, tenant.controls, trust).length === 0;
  const invitationMatch = await loadInvitationMatch(unit, access, more, openInvitations.filter(suffices));
  return {
    ...more,
    openRequests,
    trust,
    policy,
    tenant,
    locks: activeLocks,
    invitationMatch,
    // To other tenants it does not exist.
    service: service !== null && isForTenant(service, access.tenant) ? service : null,
    ...(await loadInviterGroups(unit, invitationMatch)),
    reviewers: {
      vendor: reviewers,
      customer: approvers.length,
      approvers: approvers.map(({ groups = [] }) => groups),
    },
  };
}

/** The vendor's role whose reviews count for this access. */
const reviewerRole = ({ basis }: RequestedAccess) => BASES[basis ?? 'approval'].reviewer;

/** Stored terms name their invitation. For a new request, a matching one is searched. */
async function loadInvitationMatch(
  unit: PolicyReads,
  access: RequestedAccess,
  { stage, terms, now, requester }: ContextInput,
  open: readonly Invitation[],
): Promise<InvitationMatch> {
  if (stage === 'request') {
    return findMatchingInvitation(access, requester.id, await invitationViews(unit, open), now);
  }
  const named = terms?.invitation === undefined ? null : await unit.invitations.findByHash(terms.invitation);
  const [invitation = null] = named === null ? [] : await invitationViews(unit, [named]);
  return { ...NO_INVITATION, invitation };
}

async function loadInviterGroups(
  { organisation }: Pick<PolicyReads, 'organisation'>,
  { invitation }: InvitationMatch,
): Promise<Pick<PolicyContext, 'inviterGroups'>> {
  if (invitation === null) return {};
  const author = await organisation.person(invitation.invitation.person);
  return author?.groups === undefined ? {} : { inviterGroups: author.groups };
}

/** The trust facts that this scope needs. */
async function loadTrustStatus(
  unit: TrustReads,
  { slug, controls }: TenantRecord,
  access: Pick<RequestedAccess, 'scope' | 'unmasked'>,
  now: Date,
): Promise<TrustStatus> {
  const document = (await unit.trust.current(slug))?.document ?? null;
  const mustBeSigned = countersignedActions(access, controls, { document }).length > 0;
  const stops = document === null ? [] : await unit.stops.standing([slug]);
  return {
    document,
    signers: mustBeSigned ? await countSigners(unit, slug, document, now) : 0,
    stopped: stops.some(({ digest }) => digest === null),
  };
}

/** Counts approvers with a valid passkey: one that the document in force lists or, in an unclaimed tenant, any active one. */
async function countSigners(
  unit: TrustReads,
  tenant: string,
  document: TrustStatus['document'],
  now: Date,
): Promise<number> {
  const people = await unit.organisation.people(tenant);
  const able = new Set(
    document === null
      ? (await unit.authenticators.passkeys(tenant))
          .filter((passkey) => isActivePasskey(passkey, now))
          .map(({ person }) => person)
      : (await activePasskeys(unit, document)).map(({ person }) => person),
  );
  return people.filter((person) => hasRole(person, 'approver') && able.has(person.id)).length;
}

/** Invitations with their tickets, in one more read. */
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
