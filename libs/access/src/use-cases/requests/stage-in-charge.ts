import type { AccessRequest } from '../../domain/access-request.js';
import { openStage } from '../../domain/approval-stages.js';
import type { Review } from '../../domain/review.js';
import type { OpenStage } from '../../domain/validate-review.js';
import { inChargeOf } from '../../policy/stage-in-charge.js';
import type { ReadUnit } from '../../ports/index.js';

/** The open stage of the request with those who may decide in it now; null if it has no stages. */
export async function stageInCharge(
  { organisation }: Pick<ReadUnit, 'organisation'>,
  request: AccessRequest,
  reviews: readonly Review[],
  now: Date,
): Promise<OpenStage | null> {
  const open = openStage(request.needs, reviews, request.digest);
  const controls = open === null ? undefined : (await organisation.tenant(request.tenant))?.controls;
  return open === null || controls === undefined ? null : inChargeOf(request, open, controls, now);
}
