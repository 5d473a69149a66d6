import type { PrivacyControls } from '@countersign/access';
import type { ProposedControls } from '@countersign/api';
import { describeControls } from '@countersign/config';

/** Privacy controls as every answer of the API writes them: as in the organisation file, with durations as ISO 8601. */
export const controlsMembers = (controls: PrivacyControls): ProposedControls => {
  const { approvals, countersign, slackMayApprove, forbid } = controls;
  const { maxDuration = null, ...described } = describeControls(controls);
  return { ...described, approvals, countersign, slackMayApprove, forbid, maxDuration };
};
