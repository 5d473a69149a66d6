import { canonicalJson, resourceMatches } from '@countersign/contract';
import type { ReviewSide } from './review.js';

/** What a rule of supervision counts: allowed calls, or resources that the engineer uses for the first time in this tenant. */
export const SUPERVISED = ['calls', 'new-resources'] as const;
export type Supervised = (typeof SUPERVISED)[number];

/** What happens when a rule is crossed: people are notified, the grant pauses until its side lets it go on, or it ends. */
export const SUPERVISION_ACTIONS = ['notify', 'pause', 'stop'] as const;
export type SupervisionAction = (typeof SUPERVISION_ACTIONS)[number];

/** One rule about what an engineer does in one tenant. Absent conditions match all calls. */
export interface SupervisionRule {
  /** Unique among the rules of its side. */
  name: string;
  services?: string[];
  /** Resource patterns. */
  resources?: string[];
  actions?: string[];
  count: Supervised;
  /** The rule is crossed by one more than this. */
  over: number;
  /** Whole seconds. */
  within: number;
  do: SupervisionAction;
}

/** A rule and whose it is: the customer's, in its privacy controls, or the vendor's, in its access policy. */
export interface SidedRule {
  side: ReviewSide;
  rule: SupervisionRule;
}

/** The members of an access record that rules read. */
export interface SupervisedCall {
  person: string;
  service: string;
  resource: string | null;
  action: string | null;
}

/** True if the rule is about this call. A call whose resource or action is unknown fits every condition on them. */
export const supervises = (rule: SupervisionRule, { service, resource, action }: SupervisedCall): boolean =>
  (rule.services?.includes(service) ?? true) &&
  (resource === null || (rule.resources?.some((pattern) => resourceMatches(pattern, resource)) ?? true)) &&
  (action === null || (rule.actions?.includes(action) ?? true));

/** True if the rule acts whenever the other one does, and does no less. Rules of other names or conditions do not compare. */
export function isAsStrict(rule: SupervisionRule, than: SupervisionRule): boolean {
  const same = { over: 0, do: 'notify' } as const;
  return (
    canonicalJson({ ...rule, ...same }) === canonicalJson({ ...than, ...same }) &&
    rule.over <= than.over &&
    SUPERVISION_ACTIONS.indexOf(rule.do) >= SUPERVISION_ACTIONS.indexOf(than.do)
  );
}

/** A window is counted in so many spans of time, so its state has one size, however many calls there are. */
const SPANS = 60;

/**
 * What one rule has counted of one engineer in one tenant. A call counts for the rule's whole time, and for at most a sixtieth
 * of it longer.
 */
export interface SupervisionCount {
  side: ReviewSide;
  rule: string;
  person: string;
  /** How long a span is, in milliseconds. */
  spanMs: number;
  /** The calls of each span that has any, oldest first. A span's number is its begin since the epoch, in spans. */
  spans: { span: number; calls: number }[];
  /** Calls before it do not count: someone has let the engineer go on since. */
  since: string | null;
  /** Until then a crossing about which nothing is left to do is not reported again. */
  quietUntil: string | null;
}

const spanOf = ({ within }: SupervisionRule): number => Math.ceil((within * 1_000) / SPANS);

/** The count as the rule reads it. A rule whose time has changed begins to count again. */
export function countFor(
  { side, rule }: SidedRule,
  person: string,
  kept: SupervisionCount | undefined,
): SupervisionCount {
  const spanMs = spanOf(rule);
  if (kept?.spanMs === spanMs) return kept;
  return {
    ...{ side, rule: rule.name, person, spanMs, spans: [] },
    ...{ since: kept?.since ?? null, quietUntil: kept?.quietUntil ?? null },
  };
}

/**
 * Counts one call. One that arrives later than the window is long counts as at the window's beginning, and one from the future
 * as of now: neither late records nor a wrong clock hide a call.
 *
 * @param at when the call was made; milliseconds since the epoch, like `now`
 */
export function addCall(count: SupervisionCount, at: number, now: number): SupervisionCount {
  const counted = Math.min(at, now);
  if (count.since !== null && counted < Date.parse(count.since)) return count;
  const newest = Math.max(Math.floor(counted / count.spanMs), count.spans.at(-1)?.span ?? 0);
  const oldest = newest - SPANS;
  const span = Math.max(Math.floor(counted / count.spanMs), oldest);
  const others = count.spans.filter((each) => each.span >= oldest && each.span !== span);
  const before = count.spans.find((each) => each.span === span)?.calls ?? 0;
  const spans = [...others, { span, calls: before + 1 }].sort((a, b) => a.span - b.span);
  return { ...count, spans };
}

/** How many calls the window has. */
export const countedCalls = ({ spans }: SupervisionCount): number =>
  spans.reduce((sum, { calls }) => sum + calls, 0);

/** What was done about a crossing. */
export type SupervisionOutcome = 'notified' | 'paused' | 'stopped';
