import { type ForbidRule, forbidsEntry, type Terms } from '@countersign/contract';
import type { Controls } from '../../api/organisation.js';
import { LEVELS, type Level, levelOf } from '../controls/levels.js';

/** The part of a tenant's controls that applies to a request. */
interface ApplicableControls {
  /** The requested actions, by what approving them takes. */
  levels: Record<Level, string[]>;
  /** The rules that forbid some of the request. */
  forbidden: ForbidRule[];
}

/**
 * @param mustBeSigned whether this request needs a countersignature. If the controls list no requested action, the trust
 *   document requires it for the whole request
 */
export function findApplicableControls(
  { service, scope }: Pick<Terms, 'service' | 'scope'>,
  controls: Pick<Controls, 'countersign' | 'slackMayApprove' | 'forbid'>,
  mustBeSigned: boolean,
): ApplicableControls {
  const actions = [...new Set(scope.flatMap((entry) => entry.actions))];
  const isRequiredByTrust = mustBeSigned && !actions.some((action) => levelOf(action, controls) === 'high');
  const lists = isRequiredByTrust ? { countersign: actions, slackMayApprove: [] } : controls;
  const at = (level: Level) => actions.filter((action) => levelOf(action, lists) === level);
  return {
    levels: Object.fromEntries(LEVELS.map((level) => [level, at(level)])) as Record<Level, string[]>,
    forbidden: controls.forbid.filter((rule) => scope.some((entry) => forbidsEntry(rule, service, entry))),
  };
}
