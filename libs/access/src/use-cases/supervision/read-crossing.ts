import type { ReviewSide, Supervised } from '@countersign/contract';
import type { SupervisionOutcome } from '../../domain/supervision.js';
import type { ReadUnit } from '../../ports/index.js';

/** What the log says about a rule that was crossed. */
export interface LoggedCrossing {
  side: ReviewSide;
  rule: string;
  count: Supervised;
  over: number;
  /** Whole seconds. */
  within: number;
  /** What the rule had counted. */
  counted: number;
  done: SupervisionOutcome;
}

/** The newest crossing under a grant, for those who are notified of it; null if there is none, or if it was pruned. */
export async function readCrossing(
  { events }: Pick<ReadUnit, 'events'>,
  grant: string,
): Promise<LoggedCrossing | null> {
  const newest = { cursor: null, limit: 1 };
  const { items } = await events.list({ grant, types: ['supervision.crossed'] }, newest);
  const [found] = items;
  return found === undefined ? null : (JSON.parse(found.leaf) as { data: LoggedCrossing }).data;
}
