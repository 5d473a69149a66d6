import { type Deputy, EXTRA_STAGE, type PrivacyControls } from './privacy-controls.js';
import type { Review, ReviewNeeds, StageNeed } from './review.js';
import { approvingReviews } from './review.js';

/** The customer's stages of a request, in their order; without named stages one in which every approver may decide. */
export const stagesOf = ({ customer }: ReviewNeeds): StageNeed[] => customer.stages ?? [];

/** How many distinct persons have approved this digest in that stage. */
export const countInStage = (reviews: readonly Review[], digest: string, stage: string): number =>
  new Set(
    approvingReviews(reviews, 'customer', digest)
      .filter((review) => review.stage === stage)
      .map(({ person }) => person),
  ).size;

/** The first stage that lacks approvals of this digest; null if none does, or if the request has no stages. */
export const openStage = (needs: ReviewNeeds, reviews: readonly Review[], digest: string): StageNeed | null =>
  stagesOf(needs).find(({ name, required }) => countInStage(reviews, digest, name) < required) ?? null;

/** What decides who may stand in for a stage's own approvers. */
interface StandIns {
  deputies: readonly Deputy[];
  /** The present day in the tenant's zone, `YYYY-MM-DD`. */
  day: string;
  /** True once the stage has waited longer than it allows. */
  isOverdue: boolean;
}

/** The groups whose approvers may decide in this stage now; null: every approver may. */
export function groupsInCharge(
  { groups, escalate }: Pick<StageNeed, 'groups' | 'escalate'>,
  { deputies, day, isOverdue }: StandIns,
): string[] | null {
  if (groups.length === 0) return null;
  const next = isOverdue ? (escalate?.to ?? []) : [];
  const own = [...groups, ...next];
  const standIns = deputies
    .filter((each) => own.includes(each.for) && each.from <= day && day <= each.to)
    .map(({ by }) => by);
  return [...new Set([...own, ...standIns])];
}

/** True if a person in these groups may decide in the stage. */
export const mayDecideIn = (inCharge: readonly string[] | null, groups: readonly string[] = []): boolean =>
  inCharge === null || inCharge.some((group) => groups.includes(group));

/**
 * True if different persons can fill every stage. Each person approves once, so someone in two groups counts for one stage.
 *
 * @param approvers the groups of each approver
 * @param stages with the groups whose members may decide; null: everyone
 */
export function canFillStages(
  approvers: readonly (readonly string[])[],
  stages: readonly { required: number; groups: readonly string[] | null }[],
): boolean {
  const seats = stages.flatMap(({ required, groups }) => Array.from({ length: required }, () => groups));
  const taken = new Map<number, number>();
  // Augmenting paths (Kuhn's algorithm): seats and approvers are few.
  const seat = (index: number, tried: Set<number>): boolean =>
    approvers.some((groups, person) => {
      if (tried.has(person) || !mayDecideIn(seats[index] ?? null, groups)) return false;
      tried.add(person);
      const other = taken.get(person);
      if (other !== undefined && !seat(other, tried)) return false;
      taken.set(person, index);
      return true;
    });
  return seats.length <= approvers.length && seats.every((_groups, index) => seat(index, new Set()));
}

/**
 * True if these approvers can approve what the controls require at most: so many approvals, and every stage of each rule.
 *
 * @param approvers the groups of each approver
 */
export const canApproveAll = (
  { approvals, rules = [] }: Pick<PrivacyControls, 'approvals' | 'rules'>,
  approvers: readonly (readonly string[])[],
): boolean =>
  approvers.length >= approvals &&
  rules.every(
    ({ approvals: least = 0, stages = [] }) =>
      approvers.length >= least &&
      canFillStages(
        approvers,
        stages.map(({ approvals: required, groups }) => ({
          required,
          groups: groups.length === 0 ? null : groups,
        })),
      ),
  );

/** A stage in words for people, such as “owner” or “approvers”. */
export const stageName = (name: string): string => (name === EXTRA_STAGE ? 'any approver' : `“${name}”`);
