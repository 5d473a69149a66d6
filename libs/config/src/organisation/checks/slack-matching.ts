import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/**
 * Who administers a Slack workspace decides which e-mail its accounts have. Where another side is in the same one,
 * matching by e-mail would let them make themselves that other side's approver (P2, P9).
 */
export function slackMatching({ vendorSlack, tenants }: Readable): Finding[] {
  const teams = [vendorSlack, ...tenants.map(({ slack }) => slack)].map((slack) => slack?.teamId);
  return tenants.flatMap(({ path, slack }) =>
    slack?.matchEmail === true && teams.filter((team) => team === slack.teamId).length > 1
      ? [
          {
            path: [...path, 'slack', 'matchEmail'],
            detail: `matches by e-mail in the workspace ${slack.teamId}, which another side names too`,
          },
        ]
      : [],
  );
}
