import type { AccessRequest } from '../../domain/access-request.js';
import { openStage } from '../../domain/approval-stages.js';
import type { Review } from '../../domain/review.js';
import { inChargeOf } from '../../policy/stage-in-charge.js';
import type { OpenDecision } from '../../policy/validate-review.js';
import type { ReadUnit } from '../../ports/index.js';

/** What says who may decide the request now: those in charge of its open stage, and the author of its invitation. */
export async function openDecision(
  { organisation, invitations }: Pick<ReadUnit, 'organisation' | 'invitations'>,
  request: AccessRequest,
  reviews: readonly Review[],
  now: Date,
): Promise<OpenDecision> {
  const open = openStage(request.needs, reviews, request.digest);
  const controls = open === null ? undefined : (await organisation.tenant(request.tenant))?.controls;
  const stage = open === null || controls === undefined ? null : inChargeOf(request, open, controls, now);
  const { invitation } = request.terms;
  const inviter = invitation === undefined ? null : await invitations.findByHash(invitation);
  return { request, reviews, now, stage, inviter: inviter?.person ?? null };
}
