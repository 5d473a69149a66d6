import type { AccessHours, AccessPolicy, AccessRule } from '../domain/organisation.js';
import type { RequestedAccess } from './requested-access.js';

/** What the vendor's policy says of one ask, all rules that match it taken together. */
export interface EffectivePolicy {
  vendorReviews: number;
  /** Seconds. */
  maxDuration: number;
  ticketRequired: boolean;
  /** All of them must hold. */
  hours: AccessHours[];
  /** Of each of these lists the requester must be in one group. */
  groups: string[][];
  /** An invitation that fits takes the place of the vendor's reviews. */
  invitationSuffices: boolean;
}

const speaksOf = (rule: AccessRule, { service }: Pick<RequestedAccess, 'service'>, action: string): boolean =>
  (rule.services?.includes(service) ?? true) && (rule.actions?.includes(action) ?? true);

/**
 * The strictest of all that matches (docs/decisions/0007): the policy's own values hold for every ask, and a rule
 * that speaks of one of its actions can only tighten them. What loosens, `invitationSuffices`, must be said of every
 * action, and be denied of none.
 */
export function effectivePolicy(
  policy: AccessPolicy,
  ask: Pick<RequestedAccess, 'service' | 'scope'>,
): EffectivePolicy {
  const actions = [...new Set(ask.scope.flatMap((entry) => entry.actions))];
  const all = policy.rules ?? [];
  const rules = all.filter((rule) => actions.some((action) => speaksOf(rule, ask, action)));
  const given = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined);
  const suffices = (action: string): boolean => {
    const said = given(
      all.filter((rule) => speaksOf(rule, ask, action)).map(({ invitationSuffices }) => invitationSuffices),
    );
    return said.length > 0 && said.every(Boolean);
  };
  return {
    vendorReviews: Math.max(policy.vendorReviews, ...given(rules.map((rule) => rule.vendorReviews))),
    maxDuration: Math.min(policy.maxDuration, ...given(rules.map((rule) => rule.maxDuration))),
    ticketRequired: rules.some((rule) => rule.ticketRequired === true),
    hours: given(rules.map((rule) => rule.hours)),
    groups: given(rules.map((rule) => rule.groups)),
    invitationSuffices: actions.length > 0 && actions.every(suffices),
  };
}
