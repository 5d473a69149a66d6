import {
  type Budget,
  type Channel,
  mayBeReadAs,
  type RiskLevel,
  type ScopeEntry,
} from '@countersign/contract';
import {
  type ApprovalStage,
  type ControlRule,
  EXTRA_STAGE,
  type PrivacyControls,
} from '../domain/privacy-controls.js';
import { requiredApprovals, type TrustStatus } from '../domain/trust/trust-status.js';
import type { RequestedAccess } from './requested-access.js';

/** The tenant's controls for one request: their own values and every matching rule. */
export interface EffectiveControls {
  /** At least so many approvals; those of the stages count. */
  approvals: number;
  /** Seconds; infinite without a limit. */
  maxDuration: number;
  /** In this order; empty if no rule names stages. */
  stages: ApprovalStage[];
  /** The matching rules, for what is no single number. */
  rules: ControlRule[];
  /** Null: all that the risk allows. */
  channels: Channel[] | null;
  maxBudget: Budget;
  zone: string;
}

/** The zone of controls that name none. */
export const DEFAULT_ZONE = 'UTC';

/** What the conditions of a rule are about. */
type ControlledAccess = Pick<RequestedAccess, 'service' | 'scope' | 'reasonCode' | 'unmasked'>;

const coversEntry = ({ resources, actions }: ControlRule, entry: ScopeEntry): boolean =>
  (resources?.some((pattern) => mayBeReadAs(pattern, entry.resource)) ?? true) &&
  (actions?.some((action) => entry.actions.includes(action)) ?? true);

const matches = (
  rule: ControlRule,
  { service, scope, reasonCode }: ControlledAccess,
  risk: RiskLevel,
): boolean =>
  (rule.services?.includes(service) ?? true) &&
  (rule.reasons?.includes(reasonCode ?? '') ?? true) &&
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
 * @param trust whose approvals the controls cannot go below
 */
export function effectiveControls(
  controls: PrivacyControls,
  access: ControlledAccess,
  { risk, trust }: { risk: RiskLevel; trust: Pick<TrustStatus, 'document'> },
): EffectiveControls {
  const rules = (controls.rules ?? []).filter((rule) => matches(rule, access, risk));
  const definedOf = <T>(values: readonly (T | undefined)[]): T[] =>
    values.filter((value) => value !== undefined);
  // Who lets a service be observed has not said that hidden fields may be shown.
  const isObserved =
    risk !== 'high' && access.unmasked !== true && rules.some(({ mode }) => mode === 'observe');
  const least = requiredApprovals({ ...controls, approvals: isObserved ? 0 : controls.approvals }, trust);
  const named = mergeStages(rules.flatMap(({ stages }) => stages ?? []));
  const stages = withExtraApprovals(
    named,
    Math.max(least, ...definedOf(rules.map((rule) => rule.approvals))),
  );
  return {
    approvals: Math.max(
      least,
      ...definedOf(rules.map((rule) => rule.approvals)),
      stages.reduce((sum, { approvals }) => sum + approvals, 0),
    ),
    maxDuration: Math.min(
      controls.maxDuration ?? Number.POSITIVE_INFINITY,
      ...definedOf(rules.map((rule) => rule.maxDuration)),
    ),
    stages,
    rules,
    channels: intersection(definedOf(rules.map((rule) => rule.channels))),
    maxBudget: smallestBudget(
      rules.flatMap(({ maxBudget, mode }) => [
        ...(maxBudget === undefined ? [] : [maxBudget]),
        ...(mode === 'each-access' ? [ONE_CALL] : []),
      ]),
    ),
    zone: controls.zone ?? DEFAULT_ZONE,
  };
}

const ONE_CALL: Budget = { calls: 1 };

const intersection = <T>(lists: readonly T[][]): T[] | null =>
  lists.length === 0 ? null : (lists[0] ?? []).filter((each) => lists.every((list) => list.includes(each)));

/** The smaller of each member. */
function smallestBudget(budgets: readonly Budget[]): Budget {
  const least = (name: keyof Budget) =>
    Math.min(...budgets.map((each) => each[name] ?? Number.POSITIVE_INFINITY));
  return Object.fromEntries(
    (['calls', 'bytes'] as const)
      .map((name) => [name, least(name)] as const)
      .filter(([, most]) => Number.isFinite(most)),
  );
}

/** The budget of a request that asks for none: the smallest default of the rules that match it. */
export function defaultBudget(
  controls: PrivacyControls,
  access: ControlledAccess,
  risk: RiskLevel,
): Budget | undefined {
  const budget = smallestBudget(
    (controls.rules ?? [])
      .filter((rule) => matches(rule, access, risk))
      .flatMap((rule) => rule.defaultBudget ?? []),
  );
  return Object.keys(budget).length === 0 ? undefined : budget;
}
