import type { PrivacyControls } from '@countersign/access';
import type { ProposedControls } from '@countersign/api';
import { formatDuration } from '@countersign/contract';

/** Privacy controls as every answer of the API writes them: durations as ISO 8601. */
export const controlsMembers = ({
  maxDuration,
  emergency,
  ...controls
}: PrivacyControls): ProposedControls => ({
  ...controls,
  maxDuration: maxDuration === null ? null : formatDuration(maxDuration),
  ...(emergency === undefined
    ? {}
    : {
        emergency: {
          allow: emergency.allow.map((rule) => ({ ...rule, maxDuration: formatDuration(rule.maxDuration) })),
          disclosureDue: formatDuration(emergency.disclosureDue),
        },
      }),
});
