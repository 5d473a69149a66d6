import type { AnyEventData, EventMember } from '@countersign/contract';
import { isOpen } from '../../domain/access-request.js';
import { type Erasure, type ErasureSubject, erasableFrom, erasableLeaf } from '../../domain/erasure.js';
import { hasEnded } from '../../domain/grant.js';
import { type Invitation, isInvitationClosed } from '../../domain/invitation.js';
import { isLockInForce } from '../../domain/lock.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { ErasedCopies, ReadUnit, TenantUnit } from '../../ports/index.js';
import { eraseUnderGag } from '../demands/kept-erasures.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';
import { requireOwnTenant } from '../shared/tenant-access.js';
import { requireNoHold } from './legal-holds.js';

/** Which values of which leaf. */
interface ErasureInput {
  /** Its index. */
  leaf: number;
  /** Names of its commitments. */
  fields: readonly string[];
}

/** What was erased, and the index of the event that says so. */
interface ErasureView extends ErasureInput {
  event: number;
  by: string;
  at: string;
}

/** The parts of a leaf that an erasure reads. */
interface Leaf {
  type: string;
  at: string;
  data: AnyEventData;
  commitments: Record<string, string>;
}

/**
 * Erases personal values of one leaf (GDPR Art. 17): the values and salts go, in every place where the store has them. The
 * leaf, its commitments and all proofs stay, and an event names leaf, fields and authority. Values that are shared, such as
 * an invitation's ticket that a request took over, are gone wherever their commitment stands.
 *
 * @throws AccessError `forbidden`, `not_found`, `pruned`, `invalid_request` for a field that the leaf does not have,
 *   `not_erasable`, `too_recent`, `legal_hold`, `wrong_state` while rules still read the value or if it is erased already
 */
export async function eraseOpenings(
  deps: Deps,
  principal: Principal,
  tenant: string,
  { leaf: index, fields }: ErasureInput,
): Promise<ErasureView> {
  requirePermission(principal, 'log.erase');
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  // A leaf never changes, so it may be read before the unit that erases.
  const leaf = await deps.store.readForTenant(tenant, (unit) => readLeaf(unit, index));
  const commitments = namedCommitments(leaf, fields);
  const sharing = await deps.store.readForTenant(tenant, (unit) =>
    leavesSharing(unit, leaf, index, commitments),
  );
  const view = await eraseUnderGag(deps, tenant, { leaf: index, commitments }, async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'log.erase', tenant);
    await requireOwnKey(unit, principal);
    const now = deps.clock.now();
    await requireOldEnough(unit, leaf, now);
    await requireNoHold(unit);
    await requireUnused(unit, leaf);
    await requireStored(unit, commitments);
    const at = now.toISOString();
    const names = Object.keys(commitments).sort();
    const appendErasure = (named: ErasureInput) =>
      unit.log.append({
        ...{ type: 'opening.erased', at, actor: actor.id },
        data: { ...named, authority: 'tenant-admin' },
      });
    const { index: event } = await appendErasure({ leaf: index, fields: names });
    // A missing value is explained for each leaf that has lost it.
    for (const other of sharing) await appendErasure(other);
    const erased = names.map(
      (name): Erasure => ({
        ...{ commitment: commitments[name] ?? '', name, leaf: index, event, person: actor.id, at },
      }),
    );
    await unit.erasures.erase(erased, copiesOf(leaf));
    if (typeof leaf.data.request === 'string' && !leaf.type.startsWith('access.'))
      await unit.outbox.add({
        ...{ kind: 'request.erased', subject: leaf.data.request, audience: [], at },
      });
    return { leaf: index, fields: names, event, by: actor.id, at };
  });
  await deps.store.scrubDeleted();
  return view;
}

/** @throws AccessError `not_found`, `pruned` */
async function readLeaf({ events }: ReadUnit, index: number): Promise<Leaf> {
  const [text] = await events.leaves(index, index + 1);
  if (text !== undefined) return JSON.parse(text) as Leaf;
  throw index < (await events.minimumIndex()) ? new AccessError('pruned') : notFound('leaf');
}

/**
 * The other leaves that lose the same values: an invitation's ticket stands in the requests that it allowed, under the same
 * commitment.
 */
async function leavesSharing(
  { events }: ReadUnit,
  { type, data }: Leaf,
  index: number,
  { ticket }: Readonly<Record<string, string>>,
): Promise<ErasureInput[]> {
  const terms = data.terms as { invitation?: string } | undefined;
  const mayShare = type === 'invitation.created' || terms?.invitation !== undefined;
  if (ticket === undefined || !mayShare) return [];
  const found = await events.leavesWith(ticket, ['invitation.created', 'request.created']);
  return found
    .filter((other) => other.index !== index)
    .map(({ index: leaf, name }) => ({ leaf, fields: [name] }));
}

/** @throws AccessError `not_erasable`, `invalid_request` */
function namedCommitments(leaf: Leaf, fields: readonly string[]): Record<string, string> {
  const named: Record<string, string> = {};
  for (const field of fields) {
    const commitment = Object.hasOwn(leaf.commitments, field) ? leaf.commitments[field] : undefined;
    if (commitment === undefined)
      throw new AccessError('invalid_request', `This leaf has no value named “${field}”.`, {
        pointer: '/fields',
      });
    if (erasableLeaf(leaf.type)?.fields.includes(field) !== true)
      throw new AccessError(
        'not_erasable',
        `“${field}” of an event ${leaf.type} is in force, or belongs to the directory of people; it cannot be erased from the log.`,
      );
    named[field] = commitment;
  }
  return named;
}

/** @throws AccessError `too_recent` */
async function requireOldEnough({ logSettings }: TenantUnit, { at }: Leaf, now: Date): Promise<void> {
  const from = erasableFrom(at, await logSettings.read());
  if (now.getTime() < from.getTime())
    throw new AccessError('too_recent', `This can be erased from ${from.toISOString()} on.`);
}

/** True if the invitation is open, or what it allowed is. */
async function isInvitationInUse(
  { requests, grants }: TenantUnit,
  invitation: Invitation | null,
): Promise<boolean> {
  if (invitation === null) return false;
  if (!isInvitationClosed(invitation)) return true;
  const { hash } = invitation;
  return (await requests.openUnder(hash)).length > 0 || (await grants.liveUnder(hash)).length > 0;
}

/** Whether rules may still read the value, by what its leaf is about. */
const IN_USE: Readonly<Record<ErasureSubject, (unit: TenantUnit, id: string) => Promise<boolean>>> = {
  request: async (unit, id) => {
    const request = await unit.requests.find(id);
    if (request === null) return false;
    if (isOpen(request)) return true;
    const grant = request.grant === null ? null : await unit.grants.find(request.grant);
    if (grant !== null && !hasEnded(grant)) return true;
    const { invitation } = request.terms;
    // Its ticket may be the invitation's.
    return invitation !== undefined && isInvitationInUse(unit, await unit.invitations.findByHash(invitation));
  },
  invitation: async (unit, id) => isInvitationInUse(unit, await unit.invitations.find(id)),
  lock: async ({ locks }, id) => {
    const lock = await locks.find(id);
    return lock !== null && isLockInForce(lock);
  },
  reset: async ({ trust }, id) => (await trust.reset(id))?.state === 'open',
};

/** @throws AccessError `wrong_state` */
async function requireUnused(unit: TenantUnit, { type, data }: Leaf): Promise<void> {
  const subject = erasableLeaf(type)?.subject;
  const id = subject === undefined ? undefined : data[subject];
  if (subject === undefined || typeof id !== 'string' || !(await IN_USE[subject](unit, id))) return;
  throw new AccessError('wrong_state', `The ${subject} that this is about is still open. End it first.`);
}

/** @throws AccessError `wrong_state` if a value was erased before, `not_erasable` if it is not this tenant's */
async function requireStored(
  { openings, erasures }: TenantUnit,
  commitments: Readonly<Record<string, string>>,
): Promise<void> {
  const all = Object.values(commitments);
  const [found, gone] = [await openings.find(all), await erasures.of(all)];
  for (const [name, commitment] of Object.entries(commitments)) {
    const before = gone.get(commitment);
    if (before !== undefined)
      throw new AccessError('wrong_state', `“${name}” was erased at ${before.at} already.`);
    if (!found.has(commitment))
      throw new AccessError(
        'not_erasable',
        `“${name}” is not open to your side, so it is not yours to erase.`,
      );
  }
}

/** The ids by which the store finds copies of a leaf's values. */
function copiesOf({ type, data }: Leaf): ErasedCopies {
  const named = (member: EventMember) => {
    const id = data[member];
    return typeof id === 'string' ? { [member]: id } : {};
  };
  const objects = (['request', 'grant', 'invitation', 'review', 'lock'] as const).flatMap((member) => {
    const id = data[member];
    return typeof id === 'string' ? [id] : [];
  });
  switch (type) {
    case 'request.reviewed':
      return { ...named('review'), objects };
    case 'access.allowed':
    case 'access.refused':
      // No answer that is kept names a path.
      return { ...named('record'), objects: [] };
    case 'lock.set':
      return { ...named('lock'), objects };
    case 'trust.reset':
      return { ...named('reset'), objects: [] };
    default:
      return { objects };
  }
}
