import type { ReviewNeeds } from '../domain/review.js';
import type { Refusal } from '../errors.js';
import type { PolicyContext, RuleContext } from './context.js';
import { effectivePolicy } from './effective-policy.js';
import { reviewNeeds } from './needs.js';
import type { RequestedAccess } from './requested-access.js';
import { RULES, type Rule } from './rules.js';

export interface Evaluation {
  refusals: Refusal[];
  /** Null if the tenant or service is unknown. */
  needs: ReviewNeeds | null;
  /** The `inv_…` that the request is based on; null if it is based on none. */
  invitation: string | null;
}

/**
 * The one evaluator. Preview, enforcement, every review and every mint call it, and each gets every reason at once. Pure.
 * A rule that throws makes this throw; no caller may treat that as consent.
 *
 * @param rules all of them, unless a test passes others
 */
export function evaluate(
  access: RequestedAccess,
  context: PolicyContext,
  rules: Readonly<Record<string, Rule>> = RULES,
): Evaluation {
  const ruleContext: RuleContext = { ...context, policy: effectivePolicy(context.policy, access) };
  const refusals = Object.values(rules)
    .filter((rule) => rule.stages.includes(context.stage))
    .flatMap((rule) => rule.check(access, ruleContext));
  return {
    refusals,
    needs: reviewNeeds(access, ruleContext),
    invitation: context.invitationMatch.invitation?.invitation.id ?? null,
  };
}
