import { wallClock } from '@countersign/contract';
import { type AccessRequest, escalationAt } from '../domain/access-request.js';
import { groupsInCharge } from '../domain/approval-stages.js';
import type { PrivacyControls } from '../domain/privacy-controls.js';
import type { StageNeed } from '../domain/review.js';
import { DEFAULT_ZONE } from './effective-controls.js';
import type { OpenStage } from './validate-review.js';

/** The day in the tenant's zone. */
export const tenantDay = ({ zone = DEFAULT_ZONE }: Pick<PrivacyControls, 'zone'>, now: Date): string =>
  wallClock(zone, now).day;

/**
 * Who may decide in the open stage now: its groups, their deputies of this day and, once it has waited too long, the next.
 * The scheduler only notifies: an escalation counts from its time on, whether or not the job has run.
 */
export function inChargeOf(
  request: Pick<AccessRequest, 'stage' | 'needs'>,
  open: StageNeed,
  controls: PrivacyControls,
  now: Date,
): OpenStage {
  const { stage, needs } = request;
  // A review may have been voided since: then an earlier stage is open again, and its time has not begun.
  const due =
    stage?.name === open.name ? escalationAt({ stage: { ...stage, escalatedAt: null }, needs }) : null;
  return {
    name: open.name,
    inCharge: groupsInCharge(open, {
      deputies: controls.deputies ?? [],
      day: tenantDay(controls, now),
      isOverdue: due !== null && Date.parse(due) <= now.getTime(),
    }),
  };
}
