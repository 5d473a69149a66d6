import { hasRole, type Person } from '../../domain/person.js';
import type { VendorUnit } from '../../ports/index.js';
import { endGrantsIn } from '../grants/end-grant.js';
import { withdrawIn } from '../invitations/withdraw-invitation.js';
import { removeAuthenticatorsIn } from '../trust/drop-signing-means.js';

/** Who changes a person: `host`, or a person's id. */
export interface ChangedBy {
  actor: string;
  at: string;
  /** The person comes back with the whole tenant, as they were when it was removed. */
  withTenant?: boolean;
}

/**
 * Makes a person what `after` says, with the event. Who can no longer review has not reviewed what is still
 * open, a door that they opened is shut, and what they hold as an engineer ends; who is removed is signed out
 * everywhere, and keys, passkeys, pinned identities and Slack accounts do not come back with them.
 *
 * @param before null for someone new
 */
export async function changePersonIn(
  unit: VendorUnit,
  before: Person | null,
  after: Person,
  by: ChangedBy,
): Promise<void> {
  const removed = after.removedAt !== null;
  const isNew = before === null || before.removedAt !== null;
  await unit.organisation.savePerson(after);
  const log = await unit.logOf(after.tenant);
  await log.append({
    type: `person.${removed ? 'remove' : isNew ? 'add' : 'change'}`,
    at: by.at,
    actor: by.actor,
    data: { person: after.id, before: before?.roles ?? null, after: after.roles, ...groupsOf(after) },
    personal: { email: after.email, name: after.name },
  });
  if (before !== null) {
    const now = removed ? null : after;
    await voidReviews(unit, before, now, by);
    await withdrawInvitations(unit, before, now, by);
    await endGrants(unit, before, now, by);
  }
  await dropWhatTheySignWith(unit, before, after, by);
  if (!removed) return;
  await unit.sessions.endAllOf(after.id, by.at);
  await unit.apiKeys.revokeAllOf(after.id, by.at);
  await unit.identities.forget(after.id);
  await unit.slackAccounts.forgetAllOf(after.id);
}

/**
 * Whoever leaves, and comes back, enrols anew. Of a claimed tenant that goes whole, its people keep what they sign with:
 * no one else could bring it back to life.
 */
async function dropWhatTheySignWith(
  unit: VendorUnit,
  before: Person | null,
  { id, tenant, removedAt }: Person,
  by: ChangedBy,
): Promise<void> {
  if (tenant === null || before === null) return;
  const isBack = before.removedAt !== null && by.withTenant !== true;
  const hasLeft = removedAt !== null && !(await goesWhole(unit, tenant));
  if (isBack || hasLeft) await removeAuthenticatorsIn(await unit.tenant(tenant), id, by);
}

const goesWhole = async ({ organisation, trust }: VendorUnit, tenant: string): Promise<boolean> =>
  (await organisation.tenant(tenant)) === null && (await trust.current(tenant)) !== null;

/** The groups of vendor staff, absent if there are none, in the one order. */
export const groupsOf = ({ groups = [] }: { groups?: string[] }): { groups?: string[] } =>
  groups.length === 0 ? {} : { groups: [...groups].sort() };

const loses = (before: Person, after: Person | null, role: Person['roles'][number]): boolean =>
  hasRole(before, role) && (after === null || !hasRole(after, role));

/** A grant rests on its engineer; who is none any more holds none. */
async function endGrants(
  unit: VendorUnit,
  before: Person,
  after: Person | null,
  { actor, at }: ChangedBy,
): Promise<void> {
  if (!loses(before, after, 'engineer')) return;
  // Whose sign-in brought it to light has not stopped anything: that is the broker's own doing.
  const by = { reason: 'revoked', actor: actor === before.id ? 'job' : actor, at } as const;
  const held = await unit.grants.liveOf({ requesters: [before.id], tenants: [], services: [] });
  for (const { id, tenant } of held) await endGrantsIn(await unit.tenant(tenant), [{ id }], by);
}

/** A door that someone opened who no longer may is shut. */
async function withdrawInvitations(
  unit: VendorUnit,
  before: Person,
  after: Person | null,
  { actor, at }: ChangedBy,
): Promise<void> {
  if (!loses(before, after, 'approver')) return;
  for (const invitation of await unit.invitations.standingOf(before.id))
    await withdrawIn(await unit.tenant(invitation.tenant), invitation, { actor, at, words: null });
}

/** Whoever can no longer review has not reviewed what is still open: others have to, in their place. */
async function voidReviews(
  unit: VendorUnit,
  before: Person,
  after: Person | null,
  { actor, at }: ChangedBy,
): Promise<void> {
  const role = before.tenant === null ? 'reviewer' : 'approver';
  if (!loses(before, after, role)) return;
  for (const review of await unit.reviews.openOf(before.id)) {
    const { reviews, requests, log } = await unit.tenant(review.tenant);
    await reviews.void(review, at);
    const request = await requests.find(review.request);
    await log.append({
      type: 'review.voided',
      at,
      actor,
      data: {
        review: review.id,
        request: review.request,
        requester: request?.requester,
        digest: review.digest,
      },
    });
  }
}
