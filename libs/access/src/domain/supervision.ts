import {
  canonicalJson,
  mayBeReadAs,
  type ReviewSide,
  SUPERVISION_ACTIONS,
  type Supervised,
  type SupervisionAction,
} from '@countersign/contract';

/** True if the rule counts tokens that are fetched, not calls. */
export const countsTokens = ({ count }: Pick<SupervisionRule, 'count'>): boolean =>
  count === 'other-country' || count === 'unknown-country';

/** One rule about what an engineer does in one tenant. Absent conditions match all calls. */
export interface SupervisionRule {
  /** Unique among the rules of its side. */
  name: string;
  services?: string[];
  /** Resource patterns. */
  resources?: string[];
  actions?: string[];
  count: Supervised;
  /** The rule is crossed when the count within the window is larger than this. */
  over: number;
  /** The rule's window, in whole seconds. */
  within: number;
  do: SupervisionAction;
}

/** A rule and the side that set it: the customer in its privacy controls, or the vendor in its access policy. */
export interface SidedRule {
  side: ReviewSide;
  rule: SupervisionRule;
}

/** The members of an access record that rules read. */
interface SupervisedCall {
  person: string;
  service: string;
  resource: string | null;
  action: string | null;
}

/** True if the rule counts this call. A call whose resource or action is unknown matches every condition on them. */
export const supervises = (rule: SupervisionRule, { service, resource, action }: SupervisedCall): boolean =>
  (rule.services?.includes(service) ?? true) &&
  (resource === null || (rule.resources?.some((pattern) => mayBeReadAs(pattern, resource)) ?? true)) &&
  (action === null || (rule.actions?.includes(action) ?? true));

/**
 * True if `rule` acts whenever `than` does, and its action is at least as strong. False if their names or conditions differ,
 * because such rules cannot be compared.
 */
export function isAsStrict(rule: SupervisionRule, than: SupervisionRule): boolean {
  const same = { over: 0, do: 'notify' } as const;
  return (
    canonicalJson({ ...rule, ...same }) === canonicalJson({ ...than, ...same }) &&
    rule.over <= than.over &&
    SUPERVISION_ACTIONS.indexOf(rule.do) >= SUPERVISION_ACTIONS.indexOf(than.do)
  );
}

/** A rule's window is divided into this many spans, so the stored count has a bounded size, however many calls there are. */
const SPANS = 60;

/**
 * What one rule has counted of one engineer in one tenant. A call counts for the rule's whole window, and for at most one span (a
 * sixtieth of the window) longer.
 */
export interface SupervisionCount {
  side: ReviewSide;
  rule: string;
  person: string;
  /** How long a span is, in milliseconds. */
  spanMs: number;
  /** The calls of each span that has any, oldest first. `span` is the span's start since the epoch, divided by `spanMs`. */
  spans: { span: number; calls: number }[];
  /** Calls before this instant do not count, because a paused grant of the engineer was resumed then. */
  since: string | null;
  /** Until this instant a crossing is not reported again if it can only notify: the rule says so, or the grant has ended. */
  quietUntil: string | null;
}

const spanOf = ({ within }: SupervisionRule): number => Math.ceil((within * 1_000) / SPANS);

/** The stored count, or an empty one if there is none or if the rule's window has changed since. */
export function countFor(
  { side, rule }: SidedRule,
  person: string,
  stored: SupervisionCount | undefined,
): SupervisionCount {
  const spanMs = spanOf(rule);
  if (stored?.spanMs === spanMs) return stored;
  return {
    ...{ side, rule: rule.name, person, spanMs, spans: [] },
    ...{ since: stored?.since ?? null, quietUntil: stored?.quietUntil ?? null },
  };
}

/**
 * Counts one call. A call that is older than the window counts in the window's oldest span, and a call from the future counts
 * as made now. So neither late records nor a wrong clock hide a call.
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

/** How many calls are in the window. */
export const countedCalls = ({ spans }: SupervisionCount): number =>
  spans.reduce((sum, { calls }) => sum + calls, 0);

/** What was done about a crossing. */
export type SupervisionOutcome = 'notified' | 'paused' | 'stopped';
