import type { AccessHours, AccessPolicy, AccessRule } from '../domain/organisation.js';
import type { RequestedAccess } from './requested-access.js';

/** The vendor's policy for one request: its own values and every matching rule. */
export interface EffectivePolicy {
  vendorReviews: number;
  /** Seconds. */
  maxDuration: number;
  ticketRequired: boolean;
  /** Reasons beside the common ones. */
  reasonCodes: string[];
  /** Every entry applies. */
  hours: AccessHours[];
  /** The requester must be in one group of each list. */
  groups: string[][];
  /** A matching invitation replaces the vendor's reviews. */
  invitationSuffices: boolean;
}

const covers = (rule: AccessRule, { service }: Pick<RequestedAccess, 'service'>, action: string): boolean =>
  (rule.services?.includes(service) ?? true) && (rule.actions?.includes(action) ?? true);

/**
 * Combines the policy's own values with every matching rule; the strictest value wins (docs/decisions/0007). A rule
 * matches if it covers one of the requested actions, and can only tighten. `invitationSuffices` loosens, so rules must
 * grant it for every requested action and deny it for none.
 */
export function effectivePolicy(
  policy: AccessPolicy,
  access: Pick<RequestedAccess, 'service' | 'scope'>,
): EffectivePolicy {
  const actions = [...new Set(access.scope.flatMap((entry) => entry.actions))];
  const all = policy.rules ?? [];
  const rules = all.filter((rule) => actions.some((action) => covers(rule, access, action)));
  const definedOf = <T>(values: readonly (T | undefined)[]): T[] =>
    values.filter((value) => value !== undefined);
  const suffices = (action: string): boolean => {
    const values = definedOf(
      all.filter((rule) => covers(rule, access, action)).map(({ invitationSuffices }) => invitationSuffices),
    );
    return values.length > 0 && values.every(Boolean);
  };
  return {
    vendorReviews: Math.max(policy.vendorReviews, ...definedOf(rules.map((rule) => rule.vendorReviews))),
    maxDuration: Math.min(policy.maxDuration, ...definedOf(rules.map((rule) => rule.maxDuration))),
    reasonCodes: policy.reasonCodes ?? [],
    ticketRequired: rules.some((rule) => rule.ticketRequired === true),
    hours: definedOf(rules.map((rule) => rule.hours)),
    groups: definedOf(rules.map((rule) => rule.groups)),
    invitationSuffices: actions.length > 0 && actions.every(suffices),
  };
}
