import { toInstant } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { dueDisclosure } from '../../domain/disclosure.js';
import type { Grant } from '../../domain/grant.js';
import { approvingReviews } from '../../domain/review.js';
import { AccessError } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';

/** With the grant of an emergency begins the vendor's duty to explain it. */
export async function beginDisclosureIn(
  unit: TenantUnit,
  request: AccessRequest,
  grant: Grant,
  now: Date,
): Promise<void> {
  const controls = (await unit.organisation.tenant(unit.tenant))?.controls.emergency;
  if (controls === undefined) throw new AccessError('controls_changed');
  const reviews = await unit.reviews.ofRequests([request.id]);
  const reviewers = [
    ...new Set(approvingReviews(reviews, 'vendor', request.digest).map((each) => each.person)),
  ];
  const disclosure = dueDisclosure(grant, { reviewers, now, seconds: controls.disclosureDue });
  await unit.disclosures.insert(disclosure);
  await unit.log.append({
    type: 'emergency.opened',
    at: toInstant(now),
    actor: 'job',
    data: {
      ...{ grant: grant.id, request: request.id, requester: request.requester, digest: request.digest },
      ...{ reviewers, dueAt: disclosure.dueAt },
    },
  });
}
