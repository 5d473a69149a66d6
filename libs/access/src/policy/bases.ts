import type { AcceptedBasis, Basis, VendorRole } from '@countersign/contract';
import { durationText } from '@countersign/wording';
import { mayDecideIn } from '../domain/approval-stages.js';
import type { ApprovalStage, EmergencyControls } from '../domain/privacy-controls.js';
import type { StageNeed } from '../domain/review.js';
import { type Refusal, refusal } from '../errors.js';
import type { RuleContext } from './context.js';
import type { RequestedAccess } from './requested-access.js';

/** How many people of each side have to approve. */
interface RequiredReviews {
  vendor: number;
  customer: number;
  /** The customer's, in their order; empty: every approver may decide at any time. */
  stages: StageNeed[];
}

/**
 * The customer's part: it decides, by an approval or in advance by an invitation; or it is notified before the grant
 * starts.
 */
export type CustomerPart = 'decides' | 'notified-first';

/** What a ground for access requires. Each basis is one entry of `BASES`; nothing else branches on a basis. */
interface BasisRule {
  /** The vendor's role that may request access on this basis. */
  requester: VendorRole;
  /** The vendor's role whose reviews count. */
  reviewer: VendorRole;
  customer: CustomerPart;
  /** Why a request on this basis is high risk whatever its scope; null if its scope decides. */
  risk: string | null;
  reviews(context: ReviewsInput): RequiredReviews;
  /** Why the tenant does not accept this basis for this access; empty if it does. */
  refusals(access: RequestedAccess, context: RuleContext): Refusal[];
}

type ReviewsInput = Pick<RuleContext, 'policy' | 'controls' | 'inviterGroups'>;

/** An emergency is never one person's decision, whatever the vendor's policy says. */
const LEAST_EMERGENCY_REVIEWS = 2;
/** Beside the person who asks. */
const LEGAL_REVIEWS = 2;

/** What the customer's controls and trust document require of a request that it approves. */
const customerReviews = ({ controls }: ReviewsInput): { customer: number; stages: StageNeed[] } => ({
  customer: controls?.approvals ?? 1,
  stages: (controls?.stages ?? []).map(stageNeed),
});

const stageNeed = ({ name, groups, approvals, escalate }: ApprovalStage): StageNeed => ({
  ...{ name, groups, required: approvals, approved: 0 },
  escalate: escalate ?? null,
});

/** The same without the approval that the invitation is: it counts for the first stage in which its author decides. */
function withoutInviters(context: ReviewsInput): { customer: number; stages: StageNeed[] } {
  const { customer, stages } = customerReviews(context);
  const ownStage = stages.findIndex(
    ({ groups, required }) =>
      required > 0 && mayDecideIn(groups.length === 0 ? null : groups, context.inviterGroups),
  );
  if (stages.length > 0 && ownStage < 0) return { customer, stages };
  return {
    customer: Math.max(0, customer - 1),
    stages: stages.map((stage, index) =>
      index === ownStage ? { ...stage, required: stage.required - 1 } : stage,
    ),
  };
}

export const BASES: Readonly<Record<Basis, BasisRule>> = {
  approval: {
    requester: 'engineer',
    reviewer: 'reviewer',
    customer: 'decides',
    risk: null,
    reviews: (context) => ({ vendor: context.policy.vendorReviews, ...customerReviews(context) }),
    refusals: () => [],
  },
  /** An invitation is its author's approval. It replaces the vendor's reviews only if the vendor's policy says so. */
  invitation: {
    requester: 'engineer',
    reviewer: 'reviewer',
    customer: 'decides',
    risk: null,
    reviews: (context) => ({
      vendor: context.policy.invitationSuffices ? 0 : context.policy.vendorReviews,
      ...withoutInviters(context),
    }),
    refusals: () => [],
  },
  emergency: {
    requester: 'engineer',
    reviewer: 'reviewer',
    customer: 'notified-first',
    risk: 'An emergency begins without the customer’s approval.',
    reviews: ({ policy }) => ({
      vendor: Math.max(LEAST_EMERGENCY_REVIEWS, policy.vendorReviews),
      customer: 0,
      stages: [],
    }),
    refusals: emergencyRefusals,
  },
  /** Access for an authority, on a government demand: the vendor's legal counsel alone, and never one person's decision. */
  legal: {
    requester: 'legal',
    reviewer: 'legal',
    customer: 'notified-first',
    risk: 'Access for an authority begins without the customer’s approval.',
    reviews: () => ({ vendor: LEGAL_REVIEWS, customer: 0, stages: [] }),
    refusals: (access, { trust }) => trustRefusals(access, trust.document?.bases, 'legal'),
  },
};

/** The vendor's roles that a request, and the grant that it leads to, depend on. */
export const REQUESTER_ROLES = rolesOf('requester');
/** The vendor's roles that a review depends on. */
export const REVIEWER_ROLES = rolesOf('reviewer');

function rolesOf(part: 'requester' | 'reviewer'): VendorRole[] {
  return [...new Set(Object.values(BASES).map((basis) => basis[part]))];
}

/** The basis that a request has, or that its terms will have. */
export function basisOf(
  { basis }: Pick<RequestedAccess, 'basis'>,
  { invitationMatch }: Pick<RuleContext, 'invitationMatch'>,
): Basis {
  if (basis !== null && !isConsent(basis)) return basis;
  return invitationMatch.invitation === null ? 'approval' : 'invitation';
}

/** True if the customer itself decides about access on this basis. */
export const isConsent = (basis: Basis): boolean => BASES[basis].customer === 'decides';

/**
 * The customer's controls list the services and actions, each with a longest time, and so does the trust document once
 * the tenant is claimed: the stricter of the two decides.
 */
function emergencyRefusals(access: RequestedAccess, { tenant, trust, stage }: RuleContext): Refusal[] {
  if (tenant === null) return [];
  const rules = tenant.controls.emergency?.allow ?? [];
  const listed = (each: EmergencyControls['allow'][number]): Listed => ({
    ...each,
    maxSeconds: each.maxDuration,
  });
  return [
    ...(stage === 'request' ? startsLater(access) : []),
    ...listRefusals(access, rules.map(listed), 'privacy controls'),
    ...trustRefusals(access, trust.document?.bases, 'emergency'),
  ];
}

/** What the trust document of a claimed tenant does not accept; gateways enforce the same list. */
function trustRefusals(
  access: RequestedAccess,
  bases: readonly AcceptedBasis[] | undefined,
  basis: AcceptedBasis['basis'],
): Refusal[] {
  if (bases === undefined) return [];
  const ofBasis = bases.filter((each) => each.basis === basis);
  return listRefusals(access, ofBasis, 'trust document');
}

type Listed = Pick<AcceptedBasis, 'services' | 'actions' | 'maxSeconds'>;

/** Each requested action must be in one entry of the list, and the time within that of an entry that lists it. */
function listRefusals(access: RequestedAccess, list: readonly Listed[], where: string): Refusal[] {
  const actionRefusals = access.scope.flatMap((entry, index) =>
    entry.actions.flatMap((action, position) => {
      const fitting = list.filter(
        ({ services, actions }) => services.includes(access.service) && actions.includes(action),
      );
      if (fitting.length === 0)
        return [
          refusal(
            'basis_not_allowed',
            `/scope/${index}/actions/${position}`,
            `The customer’s ${where} do${where.endsWith('s') ? '' : 'es'} not list “${action}” of ${access.service} for this basis.`,
          ),
        ];
      const longest = Math.max(...fitting.map(({ maxSeconds }) => maxSeconds));
      return access.seconds <= longest ? [] : [tooLong(access.seconds, longest, where)];
    }),
  );
  return firstOfEach(actionRefusals);
}

const tooLong = (seconds: number, longest: number, where: string): Refusal =>
  refusal(
    'duration_too_long',
    '/duration',
    `${durationText(seconds, 'en', 4)} asked for; the customer’s ${where} allow${where.endsWith('s') ? '' : 's'} at most ${durationText(longest, 'en', 4)} on this basis.`,
  );

const firstOfEach = (refusals: readonly Refusal[]): Refusal[] => [
  ...new Map(refusals.map((each) => [`${each.pointer} ${each.detail}`, each])).values(),
];

/** An emergency is now. Access that may wait can be approved. */
function startsLater({ startsOn, startsAt }: RequestedAccess): Refusal[] {
  if (startsAt === undefined && startsOn === 'approval') return [];
  return [
    refusal(
      'basis_not_allowed',
      startsAt === undefined ? '/startsOn' : '/startsAt',
      'Emergency access starts at once. Ask for the customer’s approval of what can wait.',
    ),
  ];
}
