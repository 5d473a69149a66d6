import { type ForbidRule, forbidsEntry, type Terms } from '@countersign/scope';
import type { Controls } from '../../api/controls.js';
import { LEVELS, type Level, levelOf } from '../controls/levels.js';

/** What a tenant's controls say about what is asked for, and about nothing else. */
export interface RulesFor {
  /** The actions that are asked for, by what approving them takes. */
  levels: Record<Level, string[]>;
  /** Rules that some of it runs into. */
  forbidden: ForbidRule[];
}

export function rulesFor(
  { service, scope }: Pick<Terms, 'service' | 'scope'>,
  controls: Pick<Controls, 'countersign' | 'slackMayApprove' | 'forbid'>,
): RulesFor {
  const actions = [...new Set(scope.flatMap((entry) => entry.actions))];
  const at = (level: Level) => actions.filter((action) => levelOf(action, controls) === level);
  return {
    levels: Object.fromEntries(LEVELS.map((level) => [level, at(level)])) as Record<Level, string[]>,
    forbidden: controls.forbid.filter((rule) => scope.some((entry) => forbidsEntry(rule, service, entry))),
  };
}
