import { type Channel, canonicalJson, type RiskLevel } from '@countersign/contract';
import { type NeedChangeCodes, needChangeTexts } from '@countersign/wording';
import { stagesOf } from '../domain/approval-stages.js';
import type { PrivacyControls } from '../domain/privacy-controls.js';
import type { ReviewNeeds, StageNeed } from '../domain/review.js';
import { countersignedActions, type TrustStatus } from '../domain/trust/trust-status.js';
import { BASES, basisOf } from './bases.js';
import type { RuleContext } from './context.js';
import type { EffectiveControls } from './effective-controls.js';
import { approvalReasons, assessImpact } from './impact.js';
import type { RequestedAccess } from './requested-access.js';

/** The channels through which a tenant's approver may decide (docs/contract.md, Risk and channels). */
const ALLOWED_CHANNELS: Record<RiskLevel, Channel[]> = {
  low: ['web', 'api', 'slack'],
  medium: ['web', 'api'],
  high: ['web'],
};

/** The channels that the risk allows and no rule excludes. */
export const channelsOf = (risk: RiskLevel, { channels }: Pick<EffectiveControls, 'channels'>): Channel[] =>
  ALLOWED_CHANNELS[risk].filter((channel) => channels?.includes(channel) ?? true);

/**
 * High if any action must be countersigned, low if the tenant's controls let Slack approve every action, else medium.
 *
 * @returns at least one reason, a sentence for the reviewer
 */
function assessRisk(
  { scope, unmasked }: Pick<RequestedAccess, 'scope' | 'unmasked'>,
  controls: PrivacyControls,
  trust: Pick<TrustStatus, 'document'>,
): ReviewNeeds['risk'] {
  const actions = [...new Set(scope.flatMap((entry) => entry.actions))].sort();
  const countersigned = countersignedActions({ scope, unmasked }, controls, trust);
  const extra = unmasked === true ? ['Fields that are usually hidden are shown in full.'] : [];
  if (countersigned.length > 0)
    return {
      level: 'high',
      reasons: [...extra, ...countersigned.map((action) => `“${action}” must be countersigned.`)],
    };
  if (extra.length > 0) return { level: 'medium', reasons: extra };
  const beyondSlack = actions.filter((action) => !controls.slackMayApprove.includes(action));
  if (beyondSlack.length === 0)
    return { level: 'low', reasons: ['Your controls list every requested action as low risk.'] };
  return {
    level: 'medium',
    reasons: beyondSlack.map(
      (action) => `“${action}” is not among the actions that your controls list as low risk.`,
    ),
  };
}

/** The risk of a request by its scope, or by its basis. */
export function riskOf(
  access: RequestedAccess,
  context: Pick<RuleContext, 'tenant' | 'trust' | 'invitationMatch'>,
): ReviewNeeds['risk'] | null {
  const { tenant, trust } = context;
  if (tenant === null) return null;
  const ofBasis = BASES[basisOf(access, context)].risk;
  return ofBasis === null
    ? assessRisk(access, tenant.controls, trust)
    : { level: 'high', reasons: [ofBasis] };
}

/** The reviews that this request needs by its basis; null if its tenant or service is unknown. */
export function reviewNeeds(access: RequestedAccess, context: RuleContext): ReviewNeeds | null {
  const { tenant, service, risk, controls } = context;
  if (tenant === null || service === null || risk === null) return null;
  const named = basisOf(access, context);
  const basis = BASES[named];
  const { vendor, customer, stages } = basis.reviews(context);
  const { controls: own } = tenant;
  return {
    vendor: { required: vendor, approved: 0 },
    customer: {
      required: customer,
      approved: 0,
      countersignature: risk.level === 'high' && basis.customer === 'decides',
      channels: controls === null ? ALLOWED_CHANNELS[risk.level] : channelsOf(risk.level, controls),
      ...(stages.length === 0 ? {} : { stages }),
      reasons: approvalReasons(access, { controls: own, trust: context.trust, part: basis.customer }),
    },
    risk,
    impact: assessImpact({ ...access, basis: named }, own, service),
  };
}

/** What is needed now and was not needed before. What became easier is left out. */
export interface NeedChange extends NeedChangeCodes {
  /** The channels that are lost. */
  channels: Channel[];
}

export function needChanges(before: ReviewNeeds, now: ReviewNeeds): NeedChange[] {
  const none = { from: null, to: null, channels: [] };
  const counts = (code: NeedChange['code'], side: 'vendor' | 'customer'): NeedChange[] =>
    now[side].required > before[side].required
      ? [{ ...none, code, from: before[side].required, to: now[side].required }]
      : [];
  const isSameOrder = stagesOf(now).every((stage) =>
    stagesOf(before).some((earlier) => isNoStricter(stage, earlier)),
  );
  const lost = before.customer.channels.filter((channel) => !now.customer.channels.includes(channel));
  return [
    ...counts('vendor_reviews', 'vendor'),
    ...counts('customer_approvals', 'customer'),
    ...(isSameOrder ? [] : [{ ...none, code: 'stages' } as const]),
    ...(now.customer.countersignature && !before.customer.countersignature
      ? [{ ...none, code: 'passkey' } as const]
      : []),
    ...(lost.length === 0 ? [] : [{ ...none, code: 'channels', channels: lost } as const]),
  ];
}

/** The same, as an English sentence each. */
export const stricterNeeds = (before: ReviewNeeds, now: ReviewNeeds): string[] =>
  needChangeTexts(needChanges(before, now), 'vendor', 'en');

/** True if the approvals that were given in the earlier stage are enough for this one. */
const isNoStricter = (stage: StageNeed, earlier: StageNeed): boolean =>
  stage.name === earlier.name &&
  stage.required <= earlier.required &&
  canonicalJson([stage.groups, stage.escalate]) === canonicalJson([earlier.groups, earlier.escalate]);
