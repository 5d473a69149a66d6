import { canonicalJson } from '@countersign/contract';
import type { TenantRecord } from '../../domain/organisation.js';
import { addressOf, hasRole, type Person } from '../../domain/person.js';
import { effectiveFacts, requesterFactsOf } from '../../domain/person-facts.js';
import type { PersonWidening } from '../../domain/widening.js';
import { notFound } from '../../errors.js';
import { REQUESTER_ROLES, REVIEWER_ROLES } from '../../policy/bases.js';
import type { VendorUnit } from '../../ports/index.js';
import { withdrawIn } from '../invitations/invitation-transitions.js';
import type { Deps } from '../shared/deps.js';
import { endAccessIn, endedFor, endRequestersAccessIn, removeAuthenticatorsIn } from './end-access.js';
import { endGrantsOfChangedPersonIn } from './end-unfit-grants.js';
import { letWaitIn, samePerson, splitAssignment } from './people-widenings.js';

/** Who changes a person (`host`, or a person's id), and when. */
interface ChangedBy {
  actor: string;
  at: string;
  /** True if the person comes back with their whole tenant, as they were when it was removed. */
  withTenant?: boolean;
  /** True if the host adds the tenant, with this person, in the same unit: its set-up waits for no one. */
  setsUp?: boolean;
  /** The widening that takes effect by this change: it has waited. */
  widening?: Pick<PersonWidening, 'id' | 'by'>;
  /** Set if the side's SCIM client made the change. */
  via?: 'scim';
}

/**
 * Opens the unit of work in which people change. It reaches every tenant: what ends with a person of the vendor is in the
 * rows and logs of all of them.
 */
export const changePeople = <T>({ store }: Deps, work: (unit: VendorUnit) => Promise<T>): Promise<T> =>
  store.asVendor(work);

/**
 * Changes a person. If the controls of their tenant let widenings wait, what lets the person decide more waits; everything else
 * applies now.
 *
 * @param before null for a new person
 * @param intended the person as they are to be, with what waits for them already (`withWaitingIn`)
 * @returns the person from now on, and what waits
 */
export async function changePersonIn(
  deps: Pick<Deps, 'ids'>,
  unit: VendorUnit,
  before: Person | null,
  intended: Person,
  by: ChangedBy,
): Promise<{ person: Person; waiting: PersonWidening | null }> {
  const tenant = intended.tenant === null ? null : await unit.organisation.tenant(intended.tenant);
  const present = tenant?.controls ?? null;
  const mayWait = present?.widening !== undefined && by.setsUp !== true && by.widening === undefined;
  const split =
    mayWait || intended.removedAt !== null
      ? splitAssignment(before, intended, by.withTenant)
      : { now: intended, waits: null };
  if (before === null || !samePerson(before, split.now)) await storePersonIn(unit, before, split.now, by);
  // Unchanged. It takes the organisation's lock before the tenant's log, as every unit that changes people does.
  else if (split.waits !== null) await unit.organisation.savePerson(before);
  const waiting = by.widening === undefined ? await letWaitIn(deps, unit, split, { ...by, present }) : null;
  return { person: split.now, waiting };
}

/**
 * Stores a changed person, with the event. If they lose the role, their reviews of open requests are voided, their
 * invitations withdrawn, their own open requests cancelled, and their grants ended. A removed person is signed out
 * everywhere, and their API keys, passkeys, pinned identities and Slack accounts do not come back with them, nor does what was
 * known about their place and employer. If that changes, grants that no longer fit end.
 */
async function storePersonIn(
  unit: VendorUnit,
  before: Person | null,
  person: Person,
  by: ChangedBy,
): Promise<void> {
  const after = forgettingFactsOfRemoved(person);
  const removed = after.removedAt !== null;
  const isNew = before === null || before.removedAt !== null;
  const isByOwnSide = (by.widening ?? { by: by.actor }).by !== 'host' && gains(before, after);
  await unit.organisation.savePerson(after, isByOwnSide ? by.at : undefined);
  // Every customer may know who the vendor's staff are, and what they may do.
  const log = after.tenant === null ? unit.log : await unit.logOf(after.tenant);
  await log.append({
    type: `person.${removed ? 'remove' : isNew ? 'add' : 'change'}`,
    at: by.at,
    actor: by.actor,
    data: {
      person: after.id,
      before: before?.roles ?? null,
      after: after.roles,
      ...groupsOf(after),
      ...loggedFacts(after),
      ...(by.via === undefined ? {} : { via: by.via }),
      ...(by.widening === undefined ? {} : { widening: by.widening.id }),
    },
    personal: { email: addressOf(after), name: after.name },
  });
  if (before !== null) {
    const now = removed ? null : after;
    await voidReviews(unit, before, now, by);
    await withdrawInvitations(unit, before, now, by);
    if (losesOneOf(before, now, REQUESTER_ROLES)) await endRequestersAccessIn(unit, before, by);
    else if (!sameFacts(before, after)) await endGrantsOfChangedPersonIn(unit, after.id, endedFor(after, by));
  }
  await removeAuthenticatorsIfNeeded(unit, before, after, by);
  // Keys of a person whose last role their provider took away do not come back with the next role.
  if (after.roles.length === 0) await unit.apiKeys.revokeAllOf(after.id, by.at);
  if (!removed) return;
  await endAccessIn(unit, after, by);
  await unit.identities.forget(after.id);
}

/**
 * A person who leaves and comes back has to enrol again. If a whole claimed tenant is removed, its people keep their
 * passkeys and recovery keys: without them no one could reactivate it.
 */
async function removeAuthenticatorsIfNeeded(
  unit: VendorUnit,
  before: Person | null,
  { id, tenant, removedAt }: Person,
  by: ChangedBy,
): Promise<void> {
  if (tenant === null || before === null) return;
  const isBack = before.removedAt !== null && by.withTenant !== true;
  const hasLeft = removedAt !== null && !(await isRemovedClaimedTenant(unit, tenant));
  if (isBack || hasLeft) await removeAuthenticatorsIn(await unit.tenant(tenant), id, by);
}

const isRemovedClaimedTenant = async (
  { organisation, trust }: VendorUnit,
  tenant: string,
): Promise<boolean> => (await organisation.tenant(tenant)) === null && (await trust.current(tenant)) !== null;

/** Facts are kept while they are needed. The terms of what was granted keep what its approvers read. */
function forgettingFactsOfRemoved(person: Person): Person {
  if (person.removedAt === null || person.facts === undefined) return person;
  const { facts: _forgotten, ...rest } = person;
  return rest;
}

/** The facts that apply, each with its source; absent if none is known. Every tenant reads them, to verify terms. */
function loggedFacts({ facts }: Person): { facts?: Record<string, { value: string; source: string }> } {
  const known = effectiveFacts(facts).map(({ name, value, source }) => [name, { value, source }] as const);
  return known.length === 0 ? {} : { facts: Object.fromEntries(known) };
}

/** True if terms would contain the same facts for both. */
const sameFacts = (before: Person, after: Person): boolean =>
  canonicalJson(requesterFactsOf(before) ?? null) === canonicalJson(requesterFactsOf(after) ?? null);

/** A person's groups, sorted; absent if there are none. */
export const groupsOf = ({ groups = [] }: { groups?: string[] }): { groups?: string[] } =>
  groups.length === 0 ? {} : { groups: [...groups].sort() };

/** True if the person comes, comes back, or has a role that they did not have. */
const gains = (before: Person | null, after: Person): boolean =>
  after.removedAt === null &&
  (before === null || before.removedAt !== null || after.roles.some((role) => !before.roles.includes(role)));

/** True if the person has one of these roles before the change, and no longer after it. */
const losesOneOf = (
  before: Person,
  after: Person | null,
  roles: readonly Person['roles'][number][],
): boolean => roles.some((role) => hasRole(before, role) && (after === null || !hasRole(after, role)));

/** An invitation depends on its author's role. `after` is null if the person holds no role any more. */
export async function withdrawInvitations(
  unit: VendorUnit,
  before: Person,
  after: Person | null,
  { actor, at }: ChangedBy,
): Promise<void> {
  if (!losesOneOf(before, after, ['approver'])) return;
  for (const invitation of await unit.invitations.standingOf(before.id))
    await withdrawIn(await unit.tenant(invitation.tenant), invitation, { actor, at, words: null });
}

/** On requests that are still open, other people have to review in their place. */
export async function voidReviews(
  unit: VendorUnit,
  before: Person,
  after: Person | null,
  { actor, at }: ChangedBy,
): Promise<void> {
  if (!losesOneOf(before, after, before.tenant === null ? REVIEWER_ROLES : ['approver'])) return;
  for (const review of await unit.reviews.openOf(before.id)) {
    const { reviews, requests, log } = await unit.tenant(review.tenant);
    await reviews.void(review, at);
    const request = await requests.find(review.request);
    if (request === null) throw notFound('request');
    await log.append({
      type: 'review.voided',
      at,
      actor,
      data: {
        review: review.id,
        request: review.request,
        requester: request.requester,
        digest: review.digest,
      },
    });
  }
}

/**
 * The role that too few people would have after this change of a tenant's person; null if enough are left. A tenant without
 * an admin could change nothing, and a tenant with too few approvers could approve nothing.
 */
export async function roleBelowMinimum(
  unit: Pick<VendorUnit, 'organisation'>,
  { slug, controls }: TenantRecord,
  before: Person,
  after: Person,
): Promise<'admin' | 'approver' | null> {
  const minimum = { admin: 1, approver: controls.approvals };
  for (const role of ['admin', 'approver'] as const) {
    if (!hasRole(before, role) || hasRole(after, role)) continue;
    if ((await unit.organisation.countWithRole(slug, role, before.id)) < minimum[role]) return role;
  }
  return null;
}
