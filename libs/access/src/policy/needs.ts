import type { ScopeEntry } from '@countersign/contract';
import type { PrivacyControls } from '../domain/organisation.js';
import type { Channel } from '../domain/person.js';
import { countersignedActions, type TrustStatus } from '../domain/trust/trust-status.js';

export type RiskLevel = 'low' | 'medium' | 'high';

/** Which reviews a request needs and has (CONTRACT §5). */
export interface ReviewNeeds {
  vendor: { required: number; approved: number };
  customer: { required: number; approved: number; countersignature: boolean; channels: Channel[] };
  risk: { level: RiskLevel; reasons: string[] };
}

export interface Risk {
  level: RiskLevel;
  /** Sentences for the reviewer; at least one. */
  reasons: string[];
}

/** Through which channels a tenant's approver may decide, by risk (CONTRACT §5). High needs a passkey as well. */
export const ALLOWED_CHANNELS: Record<RiskLevel, Channel[]> = {
  low: ['web', 'api', 'slack'],
  medium: ['web', 'api'],
  high: ['web'],
};

/** High if any action must be countersigned, low if the tenant lets Slack approve all, else medium. */
export function assessRisk(
  scope: readonly ScopeEntry[],
  controls: PrivacyControls,
  trust: Pick<TrustStatus, 'document'>,
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

/**
 * In which ways more is needed now than when people were asked; a sentence each, for the reviewer. What has
 * become easier is not among them.
 */
export function stricterNeeds(before: ReviewNeeds, now: ReviewNeeds): string[] {
  const more: string[] = [];
  if (now.vendor.required > before.vendor.required)
    more.push(
      `The vendor now asks for ${now.vendor.required} review(s) instead of ${before.vendor.required}.`,
    );
  if (now.customer.required > before.customer.required)
    more.push(
      `The customer now asks for ${now.customer.required} approval(s) instead of ${before.customer.required}.`,
    );
  if (now.customer.countersignature && !before.customer.countersignature)
    more.push('It must now be approved with a passkey.');
  const lost = before.customer.channels.filter((channel) => !now.customer.channels.includes(channel));
  if (lost.length > 0) more.push(`It can no longer be approved by ${lost.join(' or ')}.`);
  return more;
}
