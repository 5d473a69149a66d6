import type { Terms } from '@countersign/contract';
import type { Invitation } from '../../domain/invitation.js';
import type { Person } from '../../domain/person.js';
import { countersignedActions, UNCLAIMED } from '../../domain/trust/trust-status.js';
import type { PolicyContext } from '../../policy/context.js';
import {
  findMatchingInvitation,
  type InvitationMatch,
  NO_INVITATION,
} from '../../policy/invitation-match.js';
import type { RequestedAccess } from '../../policy/requested-access.js';
import { type Stage } from '../../policy/requested-access.js';
import type { ReadUnit } from '../../ports/index.js';
import { invitationViews } from '../invitations/invitation-view.js';
import { loadTrustStatus } from '../trust/trust-standing.js';

/** So many of a tenant's invitations to one service may be open at once; a new one beyond is refused. */
export const MAX_OPEN_INVITATIONS = 200;

type Reads = Pick<
  ReadUnit,
  'organisation' | 'locks' | 'invitations' | 'openings' | 'trust' | 'authenticators' | 'stops'
>;

interface More {
  stage: Stage;
  now: Date;
  requester: Person;
  openRequests: number;
  terms: Terms | null;
}

/** Reads what the evaluator looks at. In a writing unit these reads belong to the change they allow. */
export async function loadPolicyContext(
  unit: Reads,
  ask: RequestedAccess,
  more: More,
): Promise<PolicyContext> {
  const { organisation, locks } = unit;
  const tenant = await organisation.tenant(ask.tenant);
  const trust = tenant === null ? UNCLAIMED : await loadTrustStatus(unit, tenant, ask);
  return {
    ...more,
    trust,
    policy: await organisation.policy(),
    tenant,
    locks: await locks.binding({ tenant: ask.tenant, person: more.requester.id, service: ask.service }),
    invitationMatch: await doorOf(
      unit,
      ask,
      more,
      (invitation) =>
        tenant === null ||
        invitation.countersignature !== null ||
        countersignedActions(ask.scope, tenant.controls, trust).length === 0,
    ),
    service: await organisation.service(ask.service),
    reviewers: {
      vendor: await organisation.countWithRole(null, 'reviewer', more.requester.id),
      customer:
        tenant === null ? 0 : await organisation.countWithRole(tenant.slug, 'approver', more.requester.id),
    },
  };
}

/** Stored terms name the invitation that they lean on; a fresh ask looks for one. */
async function doorOf(
  unit: Reads,
  ask: RequestedAccess,
  { stage, terms, now }: More,
  suffices: (invitation: Invitation) => boolean,
): Promise<InvitationMatch> {
  if (stage === 'request') {
    const open = await unit.invitations.open(ask.tenant, ask.service, MAX_OPEN_INVITATIONS);
    return findMatchingInvitation(ask, await invitationViews(unit, open.filter(suffices)), now);
  }
  const named = terms?.invitation === undefined ? null : await unit.invitations.findByHash(terms.invitation);
  const [invitation = null] = named === null ? [] : await invitationViews(unit, [named]);
  return { ...NO_INVITATION, invitation };
}
