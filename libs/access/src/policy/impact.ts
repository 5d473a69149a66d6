import { isDatabase, type RiskLevel, resourcesOverlap, routeResourcePattern } from '@countersign/contract';
import type { ImpactCode } from '@countersign/wording';
import type { PrivacyControls } from '../domain/privacy-controls.js';
import type { Impact, NeedReason } from '../domain/review.js';
import { countersignedActions, type TrustStatus } from '../domain/trust/trust-status.js';
import { type CustomerPart, isConsent } from './bases.js';
import type { RuleContext } from './context.js';
import type { RequestedAccess } from './requested-access.js';

/** The input of the impact rules. */
interface Touched {
  access: Pick<RequestedAccess, 'scope' | 'unmasked' | 'basis'>;
  controls: PrivacyControls;
  /** The requested actions, each once and sorted. */
  actions: readonly string[];
  /** Those that may change data, as the service's routes say. */
  changing: readonly string[];
  /** Those that may change data of more than one object. */
  changingMany: readonly string[];
}

interface ImpactRule {
  code: ImpactCode;
  level: RiskLevel;
  /** The actions that it is about; null: the rule does not apply. */
  of(touched: Touched): readonly string[] | null;
}

const some = (actions: readonly string[]): readonly string[] | null =>
  actions.length === 0 ? null : actions;

/**
 * How much harm a request could do, rated by the data that it covers and by how the customer's controls list its actions. Who
 * approves it, and by which channel, plays no part. The highest level of the rules that apply wins.
 */
const IMPACT_RULES: readonly ImpactRule[] = [
  { code: 'no_consent', level: 'high', of: ({ access }) => (hasConsent(access.basis) ? null : []) },
  { code: 'unmasked', level: 'high', of: ({ access }) => (access.unmasked === true ? [] : null) },
  {
    code: 'sensitive',
    level: 'high',
    of: ({ actions, controls }) => some(actions.filter((each) => controls.countersign.includes(each))),
  },
  { code: 'changes_many', level: 'high', of: ({ changingMany }) => some(changingMany) },
  { code: 'changes', level: 'medium', of: ({ changing }) => some(changing) },
  {
    code: 'not_listed',
    level: 'medium',
    of: ({ actions, controls }) =>
      some(
        actions.filter(
          (each) => !controls.slackMayApprove.includes(each) && !controls.countersign.includes(each),
        ),
      ),
  },
  { code: 'listed', level: 'low', of: ({ actions }) => actions },
];

const LEVELS: readonly RiskLevel[] = ['high', 'medium', 'low'];

const hasConsent = (basis: RequestedAccess['basis']): boolean => basis === null || isConsent(basis);

/** @returns at least one reason; those of the highest level that applies */
export function assessImpact(
  access: Pick<RequestedAccess, 'scope' | 'unmasked' | 'basis' | 'budget'>,
  controls: PrivacyControls,
  service: RuleContext['service'],
): Impact {
  const changing = changingActions(access, service);
  const touched: Touched = {
    access,
    controls,
    actions: actionsOf(access),
    changing: sorted(changing.map(({ action }) => action)),
    // A budget of one call can change one object at most, whatever the pattern.
    changingMany:
      access.budget?.calls === 1
        ? []
        : sorted(changing.flatMap((each) => (each.isMany ? [each.action] : []))),
  };
  const found = IMPACT_RULES.flatMap(({ code, level, of }) => {
    const actions = of(touched);
    return actions === null ? [] : [{ level, reason: { code, actions: [...actions] } }];
  });
  const level = LEVELS.find((each) => found.some((one) => one.level === each)) ?? 'high';
  return { level, reasons: found.filter((one) => one.level === level).map(({ reason }) => reason) };
}

const sorted = (actions: readonly string[]): string[] => [...new Set(actions)].sort();

const actionsOf = ({ scope }: Pick<RequestedAccess, 'scope'>): string[] =>
  sorted(scope.flatMap(({ actions }) => actions));

/** SQL under a grant reads. Everywhere else a route that is neither `GET` nor `HEAD` may change data. */
function changingActions(
  { scope }: Pick<RequestedAccess, 'scope'>,
  service: RuleContext['service'],
): { action: string; isMany: boolean }[] {
  if (service === null || isDatabase(service.definition)) return [];
  const writing = service.definition.routes.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  return scope.flatMap(({ resource, actions }) =>
    actions
      .filter((action) =>
        writing.some(
          (route) => route.action === action && resourcesOverlap(routeResourcePattern(route), resource),
        ),
      )
      .map((action) => ({ action, isMany: resource.includes('*') })),
  );
}

/**
 * Why the customer approves it as it does. Codes: pages and messages say it in the reader's own words.
 *
 * @param part the customer's part in the basis
 */
export function approvalReasons(
  access: Pick<RequestedAccess, 'scope' | 'unmasked'>,
  {
    controls,
    trust,
    part,
  }: { controls: PrivacyControls; trust: Pick<TrustStatus, 'document'>; part: CustomerPart },
): NeedReason[] {
  if (part === 'notified-first') return [{ code: 'notified_first', actions: [] }];
  if (access.unmasked === true && trust.document !== null) return [{ code: 'unmasked_signed', actions: [] }];
  const signed = countersignedActions(access, controls, trust);
  const byControls = signed.filter((action) => controls.countersign.includes(action));
  const byTrust = signed.filter((action) => !controls.countersign.includes(action));
  const reasons: NeedReason[] = [
    ...(byControls.length === 0 ? [] : [{ code: 'controls_sign', actions: byControls } as const]),
    ...(byTrust.length === 0 ? [] : [{ code: 'trust_signs', actions: byTrust } as const]),
  ];
  if (reasons.length > 0) return reasons;
  if (access.unmasked === true) return [{ code: 'unmasked_not_slack', actions: [] }];
  const beyond = actionsOf(access).filter((action) => !controls.slackMayApprove.includes(action));
  return beyond.length > 0
    ? [{ code: 'not_slack', actions: beyond }]
    : [{ code: 'any_channel', actions: [] }];
}
