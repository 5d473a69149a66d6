import { resourcesOverlap, type ScopeEntry } from '@countersign/contract';
import {
  type ApprovalStage,
  type ControlRule,
  EXTRA_STAGE,
  type PrivacyControls,
} from '../domain/privacy-controls.js';
import type { RiskLevel } from '../domain/review.js';
import type { RequestedAccess } from './requested-access.js';

/** The tenant's controls for one request: their own values and every matching rule. */
export interface EffectiveControls {
  /** At least so many approvals; those of the stages count. */
  approvals: number;
  /** Seconds; infinite without a limit. */
  maxDuration: number;
  /** In this order; empty if no rule names stages. */
  stages: ApprovalStage[];
}

const coversEntry = ({ resources, actions }: ControlRule, entry: ScopeEntry): boolean =>
  (resources?.some((pattern) => resourcesOverlap(pattern, entry.resource)) ?? true) &&
  (actions?.some((action) => entry.actions.includes(action)) ?? true);

const matches = (
  rule: ControlRule,
  { service, scope }: Pick<RequestedAccess, 'service' | 'scope'>,
  risk: RiskLevel,
): boolean =>
  (rule.services?.includes(service) ?? true) &&
  (rule.risks?.includes(risk) ?? true) &&
  scope.some((entry) => coversEntry(rule, entry));

/** Stages of one name are one stage, with the greater number of approvals. Controls in which their groups differ are refused. */
function mergeStages(stages: readonly ApprovalStage[]): ApprovalStage[] {
  const merged = new Map<string, ApprovalStage>();
  for (const stage of stages) {
    const same = merged.get(stage.name);
    const approvals = Math.max(stage.approvals, same?.approvals ?? 0);
    merged.set(stage.name, { ...(same ?? stage), approvals });
  }
  return [...merged.values()];
}

/** Adds what is required beyond the stages: to a stage that is open to every approver, else as one more stage. */
function withExtraApprovals(stages: ApprovalStage[], approvals: number): ApprovalStage[] {
  const missing = approvals - stages.reduce((sum, stage) => sum + stage.approvals, 0);
  if (stages.length === 0 || missing <= 0) return stages;
  const open = stages.findIndex(({ groups }) => groups.length === 0);
  if (open < 0) return [...stages, { name: EXTRA_STAGE, groups: [], approvals: missing }];
  return stages.map((stage, index) =>
    index === open ? { ...stage, approvals: stage.approvals + missing } : stage,
  );
}

/**
 * Combines the controls' own values with every matching rule; the strictest value wins, so that an added rule never opens
 * anything (docs/decisions/0007).
 *
 * @param least the approvals that the controls or the trust document require of every request
 */
export function effectiveControls(
  controls: PrivacyControls,
  access: Pick<RequestedAccess, 'service' | 'scope'>,
  { risk, least }: { risk: RiskLevel; least: number },
): EffectiveControls {
  const rules = (controls.rules ?? []).filter((rule) => matches(rule, access, risk));
  const given = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined);
  const named = mergeStages(rules.flatMap(({ stages }) => stages ?? []));
  const stages = withExtraApprovals(named, Math.max(least, ...given(rules.map((rule) => rule.approvals))));
  return {
    approvals: Math.max(
      least,
      ...given(rules.map((rule) => rule.approvals)),
      stages.reduce((sum, { approvals }) => sum + approvals, 0),
    ),
    maxDuration: Math.min(
      controls.maxDuration ?? Number.POSITIVE_INFINITY,
      ...given(rules.map((rule) => rule.maxDuration)),
    ),
    stages,
  };
}
