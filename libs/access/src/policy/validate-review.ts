import type { RequestState, ReviewDecision, ReviewSide } from '@countersign/contract';
import { type AccessRequest, isOpen } from '../domain/access-request.js';
import { mayDecideIn, stageName, stagesOf } from '../domain/approval-stages.js';
import { requireRole, requireSignIn } from '../domain/permissions.js';
import { hasRole, type Person, type Principal } from '../domain/person.js';
import { countApprovals, type Review, type ReviewNeeds, sideOf } from '../domain/review.js';
import { AccessError } from '../errors.js';
import { BASES } from './bases.js';

export interface ReviewInput {
  decision: ReviewDecision;
  digest: string;
  reason: string | null;
  /** With `counter`: the whole new terms, as received. */
  terms?: unknown;
  /** The passkey's signature over the statement of this decision, as received. */
  countersignature?: unknown;
}

/** The stage that a request waits for. */
export interface OpenStage {
  name: string;
  /** Groups whose approvers may decide now, stand-ins included; null: every approver. */
  inCharge: string[] | null;
}

/** A request with what says who may decide it now. */
export interface OpenDecision {
  request: AccessRequest;
  reviews: readonly Review[];
  now: Date;
  /** The groups that may decide in the open stage now, and its name; null if the request has no stages. */
  stage: OpenStage | null;
  /** The author of the invitation that the request is based on; null if it is based on none. */
  inviter: string | null;
}

interface PersonCase extends OpenDecision {
  input: ReviewInput;
  /** The reviewer as stored, read in this transaction. */
  person: Person;
}

interface ReviewCase extends PersonCase {
  principal: Principal;
}

/** What is asked about a person has the same answer however they have signed in. */
type Check =
  | { of: 'person'; check: (item: PersonCase) => void }
  | { of: 'sign-in'; check: (item: ReviewCase) => void };

/** Each is named for what is true if it passes. Checked in this order; the first that fails is the answer. */
const CHECKS: readonly Check[] = [
  { of: 'person', check: isNotOwnRequest },
  { of: 'person', check: hasReviewPermission },
  { of: 'sign-in', check: isSignedInForReview },
  { of: 'person', check: hasRoleOfBasis },
  { of: 'person', check: requestIsOpen },
  { of: 'person', check: digestIsCurrent },
  { of: 'person', check: hasNotDecidedYet },
  { of: 'person', check: isSidesTurn },
  { of: 'person', check: isStagesTurn },
  { of: 'person', check: denialHasReason },
  { of: 'sign-in', check: channelIsAllowed },
];

/**
 * Checks that this person may now decide this digest. Whether the review then counts, and approves the request, is decided
 * by `countApprovals` and `nextRequestState`.
 *
 * @throws AccessError of the first check that fails
 */
export function validateReview(item: ReviewCase): void {
  for (const { check } of CHECKS) check(item);
}

/** Whether this person could approve the request’s digest now, by whatever channel: its checks without those of a sign-in. */
export function mayDecideNow(decision: OpenDecision, person: Person): boolean {
  const input: ReviewInput = { decision: 'approve', digest: decision.request.digest, reason: null };
  try {
    for (const each of CHECKS) if (each.of === 'person') each.check({ ...decision, input, person });
    return true;
  } catch (error) {
    if (error instanceof AccessError) return false;
    throw error;
  }
}

function isNotOwnRequest({ request, person }: PersonCase): void {
  if (request.requester === person.id) throw new AccessError('self_review');
}

function hasReviewPermission({ person }: PersonCase): void {
  requireRole(person, 'request.review');
}

function isSignedInForReview({ principal }: ReviewCase): void {
  requireSignIn(principal, 'request.review');
}

/** On the vendor's side the basis says whose reviews count. */
function hasRoleOfBasis({ request, person }: PersonCase): void {
  const { reviewer } = BASES[request.terms.basis];
  if (sideOf(person) === 'vendor' && !hasRole(person, reviewer))
    throw new AccessError('forbidden', `On this basis only the vendor’s role ${reviewer} reviews.`);
}

function requestIsOpen({ request, now }: PersonCase): void {
  if (!isOpen(request))
    throw new AccessError('already_decided', `This request is ${request.state}; nothing is left to decide.`);
  if (now.getTime() >= Date.parse(request.lapsesAt))
    throw new AccessError('already_decided', `This request lapsed at ${request.lapsesAt}.`);
}

function digestIsCurrent({ request, input }: PersonCase): void {
  if (request.digest !== input.digest)
    throw new AccessError('digest_mismatch', undefined, { pointer: '/digest' });
}

function hasNotDecidedYet({ reviews, person, input, inviter }: PersonCase): void {
  if (person.id === inviter && input.decision !== 'deny')
    throw new AccessError(
      'already_decided',
      'Your invitation is your approval. Another approver has to give theirs.',
    );
  const decided = (review: Review) => review.digest === input.digest || review.offer?.digest === input.digest;
  if (reviews.some((review) => review.person === person.id && decided(review)))
    throw new AccessError('already_decided', 'You have decided this request already.');
}

/**
 * Whose turn it is. A countered request waits for its requester, and one that is notifying for its notice; until then the
 * customer may still deny.
 */
const TURNS: Partial<Record<RequestState, ReviewSide>> = {
  awaiting_vendor: 'vendor',
  awaiting_customer: 'customer',
};

/** True if a vendor review was voided: another reviewer may replace it while the customer decides. */
const needsVendorReview = ({ digest, needs }: AccessRequest, reviews: readonly Review[]): boolean =>
  countApprovals(reviews, 'vendor', digest) < needs.vendor.required;

function isSidesTurn({ request, reviews, person, input }: PersonCase): void {
  const mayDeny = request.state === 'countered' || request.state === 'notifying';
  if (mayDeny && sideOf(person) === 'customer' && input.decision === 'deny') return;
  const turn = TURNS[request.state] ?? 'requester';
  const replacesVoided =
    (turn === 'customer' || request.state === 'notifying') &&
    sideOf(person) === 'vendor' &&
    needsVendorReview(request, reviews);
  if (request.state === 'notifying' && !replacesVoided)
    throw new AccessError(
      'wrong_state',
      'This waits for no approval: it starts once its notice has reached the customer, who may deny it.',
    );
  if (sideOf(person) !== turn && !replacesVoided)
    throw new AccessError('wrong_state', `This request is ${request.state}: it is the ${turn}’s turn.`);
  if (input.decision === 'counter' && sideOf(person) === 'vendor')
    throw new AccessError('wrong_state', 'Only the customer makes a counter-offer, once it is their turn.');
}

/** Any approver may deny at any stage: it opens nothing. */
function isStagesTurn({ request, person, input, stage }: PersonCase): void {
  const stages = stagesOf(request.needs);
  if (input.decision === 'deny' || sideOf(person) === 'vendor' || stages.length === 0) return;
  if (stage !== null && mayDecideIn(stage.inCharge, person.groups)) return;
  const own = stages.filter(({ groups }) => mayDecideIn(groups.length === 0 ? null : groups, person.groups));
  const order = stages.map(({ name }) => stageName(name)).join(', then ');
  if (own.length === 0)
    throw new AccessError(
      'forbidden',
      `This request is approved by ${order}, and you are in none of their groups.`,
    );
  throw new AccessError(
    'wrong_state',
    `This request is approved by ${order}. It waits for ${stage === null ? 'no one' : stageName(stage.name)}, and you are not among them.`,
  );
}

function denialHasReason({ input }: PersonCase): void {
  if (input.decision === 'deny' && (input.reason ?? '').trim() === '')
    throw new AccessError('reason_required', undefined, { pointer: '/reason' });
}

/** A denial may use any channel: it opens nothing. A counter-offer is checked later, by the needs of its own terms. */
function channelIsAllowed({ request, person, principal, input }: ReviewCase): void {
  if (input.decision === 'approve') validateConsent(person, principal, request.needs, input);
}

/**
 * Checks that an approval through this channel is enough for terms with these needs. Vendor staff may use any channel.
 *
 * @throws AccessError `channel_not_allowed`, then `countersignature_required`
 */
export function validateConsent(
  person: Person,
  principal: Principal,
  needs: ReviewNeeds,
  signed: { countersignature?: unknown },
): void {
  if (sideOf(person) === 'vendor') return;
  const { channels, countersignature } = needs.customer;
  if (!channels.includes(principal.channel))
    throw new AccessError(
      'channel_not_allowed',
      `This request is approved by ${channels.join(' or ')}, not by ${principal.channel}.`,
    );
  if (countersignature && signed.countersignature === undefined)
    throw new AccessError('countersignature_required');
}
