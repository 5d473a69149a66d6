import type { ReviewNeeds } from '../domain/review.js';
import type { Refusal } from '../errors.js';
import type { PolicyContext, RuleContext } from './context.js';
import { defaultBudget, effectiveControls } from './effective-controls.js';
import { effectivePolicy } from './effective-policy.js';
import { reviewNeeds, riskOf } from './needs.js';
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
  const ruleContext = ruleContextOf(access, context);
  const refusals = Object.values(rules)
    .filter((rule) => rule.stages.includes(context.stage))
    .flatMap((rule) => rule.check(access, ruleContext));
  return {
    refusals,
    needs: reviewNeeds(access, ruleContext),
    invitation: context.invitationMatch.invitation?.invitation.id ?? null,
  };
}

/** The parts of the policies of both sides that apply to this access. */
function ruleContextOf(access: RequestedAccess, context: PolicyContext): RuleContext {
  const { tenant, trust } = context;
  const policy = effectivePolicy(context.policy, access);
  const risk = riskOf(access, context);
  if (tenant === null || risk === null) return { ...context, policy, controls: null, risk: null };
  const controls = effectiveControls(tenant.controls, access, { risk: risk.level, trust });
  return { ...context, policy, controls, risk };
}

/**
 * The access with the budget that the controls give a request that asks for none. An invitation's budget is its default
 * already.
 */
export function withDefaultBudget(access: RequestedAccess, context: PolicyContext): RequestedAccess {
  const { tenant, invitationMatch } = context;
  const risk = riskOf(access, context);
  if (access.budget !== undefined || tenant === null || risk === null || invitationMatch.invitation !== null)
    return access;
  const budget = defaultBudget(tenant.controls, access, risk.level);
  return budget === undefined ? access : { ...access, budget };
}
