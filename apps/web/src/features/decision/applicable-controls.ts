import { type ForbidRule, forbidsEntry, type Terms } from '@countersign/contract';
import type { Controls } from '../../api/organisation.js';
import { LEVELS, type Level, levelOf } from '../controls/levels.js';

/** What a tenant's controls say about what is asked for, and about nothing else. */
export interface ApplicableControls {
  /** The actions that are asked for, by what approving them takes. */
  levels: Record<Level, string[]>;
  /** Rules that some of it runs into. */
  forbidden: ForbidRule[];
}

/**
 * @param mustBeSigned whether this request needs a countersignature. Where no action is listed as needing one, it is the
 *   trust document that demands it, of the request as a whole
 */
export function findApplicableControls(
  { service, scope }: Pick<Terms, 'service' | 'scope'>,
  controls: Pick<Controls, 'countersign' | 'slackMayApprove' | 'forbid'>,
  mustBeSigned: boolean,
): ApplicableControls {
  const actions = [...new Set(scope.flatMap((entry) => entry.actions))];
  const demanded = mustBeSigned && !actions.some((action) => levelOf(action, controls) === 'high');
  const lists = demanded ? { countersign: actions, slackMayApprove: [] } : controls;
  const at = (level: Level) => actions.filter((action) => levelOf(action, lists) === level);
  return {
    levels: Object.fromEntries(LEVELS.map((level) => [level, at(level)])) as Record<Level, string[]>,
    forbidden: controls.forbid.filter((rule) => scope.some((entry) => forbidsEntry(rule, service, entry))),
  };
}
