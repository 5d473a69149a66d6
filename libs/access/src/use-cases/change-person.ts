import { hasRole, type Person } from '../organisation/person.js';
import type { VendorUnit } from '../ports/store.js';
import { sideLog } from './side-log.js';

/** Who changes a person: `host`, or a person's id. */
export interface ChangedBy {
  actor: string;
  at: string;
}

/**
 * Makes a person what `after` says, with the event. Who can no longer review has not reviewed what is still
 * open; who is removed is signed out everywhere, and keys and pinned identities do not come back with them.
 *
 * @param before null for somebody new
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
  const log = await sideLog(unit, after.tenant);
  await log.append({
    type: `person.${removed ? 'remove' : isNew ? 'add' : 'change'}`,
    at: by.at,
    actor: by.actor,
    data: { person: after.id, before: before?.roles ?? null, after: after.roles },
    personal: { email: after.email, name: after.name },
  });
  if (before !== null) await voidReviews(unit, before, removed ? null : after, by);
  if (!removed) return;
  await unit.sessions.endAllOf(after.id, by.at);
  await unit.apiKeys.revokeAllOf(after.id, by.at);
  await unit.identities.forget(after.id);
}

/** Whoever can no longer review has not reviewed what is still open: others have to, in their place. */
async function voidReviews(
  unit: VendorUnit,
  before: Person,
  after: Person | null,
  { actor, at }: ChangedBy,
): Promise<void> {
  const role = before.tenant === null ? 'reviewer' : 'approver';
  if (!hasRole(before, role) || (after !== null && hasRole(after, role))) return;
  for (const review of await unit.openReviewsOf(before.id)) {
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
