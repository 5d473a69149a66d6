import type { ScopeEntry } from '@countersign/contract';
import type { PrivacyControls } from '../domain/organisation/organisation.js';
import type { Channel } from '../domain/organisation/person.js';
import { countersignedActions, type TrustStanding } from '../domain/trust/standing.js';
import type { RiskLevel } from './needs.js';

export interface Risk {
  level: RiskLevel;
  /** Sentences for the reviewer; at least one. */
  reasons: string[];
}

/** Through which channels a tenant's approver may decide, by risk (CONTRACT §5). High needs a passkey as well. */
export const CHANNELS: Record<RiskLevel, Channel[]> = {
  low: ['web', 'api', 'slack'],
  medium: ['web', 'api'],
  high: ['web'],
};

/** High if any action must be countersigned, low if the tenant lets Slack approve all, else medium. */
export function assessRisk(
  scope: readonly ScopeEntry[],
  controls: PrivacyControls,
  trust: Pick<TrustStanding, 'document'>,
): Risk {
  const actions = [...new Set(scope.flatMap((entry) => entry.actions))].sort();
  const countersigned = countersignedActions(scope, controls, trust);
  if (countersigned.length > 0)
    return { level: 'high', reasons: countersigned.map((action) => `“${action}” must be countersigned.`) };
  const beyondSlack = actions.filter((action) => !controls.slackMayApprove.includes(action));
  if (beyondSlack.length === 0)
    return { level: 'low', reasons: ['Your controls list every action asked for as low risk.'] };
  return {
    level: 'medium',
    reasons: beyondSlack.map(
      (action) => `“${action}” is not among the actions that your controls list as low risk.`,
    ),
  };
}
