import type { Refusal } from '../errors.js';
import type { PolicyContext } from './context.js';
import { effectivePolicy } from './effective-policy.js';
import type { ReviewNeeds } from './needs.js';
import { ALLOWED_CHANNELS, assessRisk } from './needs.js';
import type { RequestedAccess } from './requested-access.js';
import { RULES, type Rule, type RuleContext, requiredReviews } from './rules.js';

/** `needs` is null where they cannot be told (unknown tenant or service). */
export interface Evaluation {
  refusals: Refusal[];
  needs: ReviewNeeds | null;
  /** `inv_…` that it leans on, null where on none. */
  invitation: string | null;
}

/**
 * The one evaluator: preview, enforcement, each review and each mint ask it the same question and get every
 * reason at once. Pure. A rule that throws refuses by throwing; no caller may treat that as consent.
 *
 * @param rules all of them, unless a test says otherwise
 */
export function evaluate(
  ask: RequestedAccess,
  context: PolicyContext,
  rules: Readonly<Record<string, Rule>> = RULES,
): Evaluation {
  const ruled: RuleContext = { ...context, policy: effectivePolicy(context.policy, ask) };
  const refusals = Object.values(rules)
    .filter((rule) => rule.stages.includes(context.stage))
    .flatMap((rule) => rule.check(ask, ruled));
  return {
    refusals,
    needs: needsOf(ask, ruled),
    invitation: context.invitationMatch.invitation?.invitation.id ?? null,
  };
}

function needsOf(ask: RequestedAccess, ruled: RuleContext): ReviewNeeds | null {
  const { tenant, service } = ruled;
  if (tenant === null || service === null) return null;
  const risk = assessRisk(ask.scope, tenant.controls, ruled.trust);
  const required = requiredReviews(ruled);
  return {
    vendor: { required: required.vendor, approved: 0 },
    customer: {
      required: required.customer,
      approved: 0,
      countersignature: risk.level === 'high',
      channels: ALLOWED_CHANNELS[risk.level],
    },
    risk,
  };
}
