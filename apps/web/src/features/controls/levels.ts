import { RISK_LEVELS, type RiskLevel } from '@countersign/contract';
import type { Controls } from '../../api/organisation.js';

/** What approving an action takes. */
export const LEVELS = RISK_LEVELS;
export type Level = RiskLevel;

type Lists = Pick<Controls, 'countersign' | 'slackMayApprove'>;

export function levelOf(action: string, { countersign, slackMayApprove }: Lists): Level {
  if (countersign.includes(action)) return 'high';
  return slackMayApprove.includes(action) ? 'low' : 'medium';
}

/** The lists after an action moved to another level. An action is in at most one list. */
export function withLevel(lists: Lists, action: string, level: Level): Lists {
  const others = (list: readonly string[]) => list.filter((each) => each !== action);
  return {
    countersign: [...others(lists.countersign), ...(level === 'high' ? [action] : [])],
    slackMayApprove: [...others(lists.slackMayApprove), ...(level === 'low' ? [action] : [])],
  };
}
