import {
  BASES,
  type Evaluation,
  groupsInCharge,
  mayDecideIn,
  type ReviewNeeds,
  requesterFactsOf,
  type StageNeed,
  stagesOf,
  tenantDay,
} from '@countersign/access/policy';
import {
  type ApprovalStatement,
  canonicalJson,
  type EventType,
  type InvitationStatement,
  latestDecisionAfterPause,
  parseApproval,
  parseSignature,
  parseTerms,
  REVIEW_DECISIONS,
  type ReviewDecision,
  type Signature,
  type Terms,
  termsCommitments,
  termsDigest,
  termsNarrow,
} from '@countersign/contract';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { SignedPoint } from '../named-points.js';
import { BROKER_TOLERANCE_MS } from '../timeline.js';
import { type InvitationEntry, InvitationHistory } from './invitation-history.js';
import { allowingEvaluations, type ReplayContext } from './replay-context.js';

/** Leaves that name a request and its requester. */
type OfRequest = LeafOf<
  Extract<EventType, `request.${string}`> | 'grant.scheduled' | 'grant.started' | 'invitation.used'
>;

type Review = {
  id: string;
  person: string;
  side: 'vendor' | 'customer';
  decision: ReviewDecision;
  digest: string;
  /** What it decided about: the request's digest, or that of its own offer. */
  decided: string;
  countersignature: Signature<ApprovalStatement> | null;
  /** The stage in which it counts; null if the request had none. */
  stage: string | null;
  voided: boolean;
};

type Request = {
  id: string;
  requester: string;
  /** The request's own terms and those of every offer, by digest. An offer has the digest that it answers as its parent. */
  terms: Map<string, { terms: Terms; parent: string | null }>;
  digest: string;
  /** True once a question has stopped its clock, which happens once at most. */
  paused: boolean;
  /** The kind of reason that it stated; null if none. */
  reasonCode: string | null;
  /** True once it is approved or denied. One that was cancelled or has expired is removed. */
  isOver: boolean;
  reviews: Review[];
  /** The customer's stage that it waits for, and since when; null if unknown: then its time has not begun. */
  stage: { name: string; since: number } | null;
  /** When the customer's turn began. */
  turnSince: number;
};

export type RequestState = {
  requests: Map<string, Request>;
  /** By the hash of the statement, as terms name it. */
  invitations: Map<string, InvitationEntry>;
};

/** The terms of a grant, with everything that approved them. */
export type Approved = {
  terms: Terms;
  requester: string;
  /** The last moment for the decision, in milliseconds since the epoch: later than `lapsesAt` after a question. */
  latest: number;
  /** The kind of reason that the request stated; null if none. */
  reasonCode: string | null;
  /** Signed approvals and the signed invitation, in their order. */
  consents: Signature<ApprovalStatement | InvitationStatement>[];
};

/** Requests, reviews and invitations: who requested what, who decided, and whether their role allowed it. */
export class RequestHistory {
  readonly invitations: InvitationHistory;

  constructor(
    private readonly context: ReplayContext,
    private readonly onPoint: (point: SignedPoint) => void,
    readonly state: RequestState = { requests: new Map(), invitations: new Map() },
  ) {
    this.invitations = new InvitationHistory(context, onPoint, state.invitations);
  }

  /** Takes `request.*`, `review.*` and `invitation.*`. */
  take(data: LeafOf): void | Promise<void> {
    switch (data.type) {
      case 'request.created':
        return this.takeRequest(data);
      case 'request.reviewed':
        return this.takeReview(data);
      case 'review.voided':
        return this.takeVoid(data);
      case 'request.asked':
      case 'request.answered':
      case 'request.forwarded':
        return this.takeNote(data);
      case 'request.accepted':
        return this.takeAcceptance(data);
      case 'request.awaiting_customer': {
        const request = this.request(data);
        requireRequester(data, request);
        if (data.members.digest !== request.digest)
          throw data.fault('wrong_digest', 'what waits is not the digest that is open.');
        request.turnSince = data.at;
        return;
      }
      case 'request.denied':
      case 'request.cancelled':
      case 'request.expired':
        this.state.requests.delete(this.request(data).id);
        return;
      case 'invitation.created':
        return this.invitations.takeNew(data);
      case 'invitation.used':
        return this.takeInvitationUse(data);
      case 'invitation.withdrawn':
      case 'invitation.expired':
        return this.invitations.takeEnd(data);
    }
  }

  /**
   * Requires, for a new grant, the reviews that the policy of this moment required, over this digest, by distinct people.
   *
   * @throws LogFault `unknown_request`, `not_allowed`, `not_approved`
   */
  approve(data: LeafOf<'grant.scheduled' | 'grant.started'>): Approved {
    const request = this.request(data);
    const digest = data.members.digest;
    const known = request.terms.get(digest);
    if (request.isOver || known === undefined || digest !== request.digest)
      throw data.fault('unknown_request', `no open request has the digest ${digest}.`);
    const { terms } = known;
    // Before a grant the log names the point of the deployment's log that it depends on.
    const evaluations = this.evaluations(data, terms, request, this.context.deploymentSize());
    const vendor = countPersons(this.approving(data, request, 'vendor'));
    const approvals = this.approving(data, request, 'customer');
    const customer = countPersons(approvals);
    const isEnough = evaluations.some(
      ({ needs }) =>
        needs !== null &&
        vendor >= needs.vendor.required &&
        customer >= needs.customer.required &&
        stagesOf(needs).every((stage) => countInStage(approvals, stage.name) >= stage.required),
    );
    if (!isEnough) {
      const needs = evaluations[0]?.needs;
      throw data.fault(
        'not_approved',
        `the policy required ${needs?.vendor.required} vendor review(s) and ${needs?.customer.required} customer approval(s); the log has ${vendor} and ${customer}${stagesText(needs)}.`,
      );
    }
    request.isOver = true;
    const invited = this.invitations.of(terms);
    const consents = [invited, ...approvals].flatMap((consent) => consent?.countersignature ?? []);
    // The grant keeps its terms, so nothing else needs the request again.
    this.state.requests.delete(request.id);
    const latest = request.paused ? latestDecisionAfterPause(terms) : Date.parse(terms.lapsesAt);
    const { requester, reasonCode } = request;
    return { terms, requester, reasonCode, latest, consents };
  }

  /** The evaluations that allow these terms now. @throws LogFault `not_allowed` if there is none */
  private evaluations(data: LeafData, terms: Terms, request: Request, before = Number.POSITIVE_INFINITY) {
    const query = {
      terms,
      before,
      stage: 'review' as const,
      at: data.at,
      reasonCode: request.reasonCode,
      invitation: this.invitations.matchOf(terms, request.id),
    };
    const evaluations = allowingEvaluations(this.context, query);
    if (evaluations.length === 0)
      throw data.fault(
        'not_allowed',
        `the policy of that moment did not allow ${data.leaf.type} for these terms.`,
      );
    return evaluations;
  }

  /**
   * A vendor's approval covers every digest that narrows it; a counter-offer approves itself. A review counts no more once its
   * author has lost the role, whether or not the log says that it is void.
   */
  private approving(data: LeafData, request: Request, side: Review['side']): Review[] {
    const line = lineOf(request);
    const terms = request.terms.get(request.digest)?.terms;
    const inviter = terms === undefined ? undefined : this.invitations.of(terms)?.statement.person;
    return request.reviews.filter((review) => {
      if (review.side !== side || review.decision === 'deny' || review.voided) return false;
      if (!this.holdsRole(data, request, review)) return false;
      // Their invitation is their approval already.
      if (review.person === inviter) return false;
      if (review.decision === 'counter') return review.decided === request.digest;
      return side === 'vendor' ? line.includes(review.digest) : review.digest === request.digest;
    });
  }

  private takeRequest(data: LeafOf<'request.created'>): void {
    const terms = data.parsed('terms', parseTerms);
    const digest = data.members.digest;
    const id = data.members.request;
    const { ports, tenant } = this.context;
    if (
      termsDigest(ports.hashing, terms) !== digest ||
      terms.request !== id ||
      terms.tenant !== data.leaf.tenant
    )
      throw data.fault('wrong_digest', 'the terms are not those of their digest, request or tenant.');
    if (terms.requester !== data.members.requester || tenant.state.people.has(terms.requester))
      throw data.fault('wrong_digest', 'the requester is not that of the terms, or is of the tenant itself.');
    const { deployment } = this.context;
    const maps = deployment
      .momentsAround(data.at)
      .map((at) => deployment.serviceAt(terms.service, at)?.routes);
    if (!maps.includes(terms.routes))
      throw data.fault('wrong_route', 'the terms name another route map than the service had then.');
    this.requireFactsOfLog(data, terms);
    if (canonicalJson(data.leaf.commitments) !== canonicalJson(termsCommitments(terms)))
      throw data.fault('wrong_digest', 'the reason that is shown is not the one of the terms.');
    this.state.requests.set(id, {
      ...{ id, requester: terms.requester, digest, paused: false, isOver: false, reviews: [] },
      reasonCode: data.members.reasonCode ?? null,
      ...{ stage: null, turnSince: data.at },
      terms: new Map([[digest, { terms, parent: null }]]),
    });
  }

  /** The terms state what the deployment's log says about the requester then: no more, no less, nothing else. */
  private requireFactsOfLog(data: LeafData, { requester, requesterFacts }: Terms): void {
    const { deployment } = this.context;
    const stated = canonicalJson(requesterFacts ?? null);
    const isOfLog = deployment
      .momentsAround(data.at)
      .some(
        (at) => canonicalJson(requesterFactsOf(deployment.staffAt(requester, at) ?? {}) ?? null) === stated,
      );
    if (!isOfLog)
      throw data.fault(
        'wrong_facts',
        'the terms state another place or employer of the requester than the log had then.',
      );
  }

  private async takeReview(data: LeafOf<'request.reviewed'>): Promise<void> {
    const request = this.request(data);
    const review = this.readReview(data, request);
    this.requireReviewer(data, request, review);
    const known = request.terms.get(review.decided);
    if (review.decision !== 'deny' && known !== undefined) {
      const signed = data.members.countersignature !== null;
      this.requireConsent(data, request, known.terms, review, signed);
    }
    if (data.members.countersignature !== null)
      review.countersignature = await this.verifyApproval(data, review);
    request.reviews.push(review);
    if (review.decision === 'deny') request.isOver = true;
  }

  private readReview(data: LeafOf<'request.reviewed'>, request: Request): Review {
    const digest = data.members.digest;
    requireRequester(data, request);
    if (request.isOver || digest !== request.digest)
      throw data.fault('wrong_digest', 'the review is not of the digest that was open.');
    const decision = data.members.decision as Review['decision'];
    if (!REVIEW_DECISIONS.includes(decision))
      throw data.fault('unreadable_leaf', `“${decision}” is no decision of a review.`);
    const decided = decision === 'counter' ? this.takeOffer(data, request) : digest;
    return {
      ...{ id: data.members.review, person: data.leaf.actor, side: data.members.side as Review['side'] },
      ...{ decision, digest, decided, countersignature: null, voided: false },
      stage: data.members.stage ?? null,
    };
  }

  /** @returns the digest of the offer */
  private takeOffer(data: LeafOf<'request.reviewed'>, request: Request): string {
    const offer = data.required('offer', data.members.offer);
    const terms = data.parsed('offer', () => parseTerms(offer.terms));
    if (termsDigest(this.context.ports.hashing, terms) !== offer.digest || terms.parent !== request.digest)
      throw data.fault('wrong_digest', 'the offer is not of its digest, or answers another one.');
    const answered = request.terms.get(request.digest);
    if (answered === undefined || !termsNarrow(terms, answered.terms))
      throw data.fault('offer_widens', 'the counter-offer allows more than was requested.');
    request.terms.set(offer.digest, { terms, parent: request.digest });
    return offer.digest;
  }

  /** On the vendor's side the basis says whose reviews count. */
  private holdsRole({ at }: LeafData, request: Request, { person, side }: Pick<Review, 'person' | 'side'>) {
    const { deployment, tenant } = this.context;
    if (side === 'customer') return tenant.holds(person, 'approver');
    const basis = request.terms.get(request.digest)?.terms.basis ?? 'approval';
    return deployment.staffHad(person, BASES[basis].reviewer, at);
  }

  private requireReviewer(data: LeafData, request: Request, { person, side }: Review): void {
    if (person === request.requester)
      throw data.fault('self_review', 'the requester decided their own request.');
    if (!this.holdsRole(data, request, { person, side }))
      throw data.fault(
        'role_not_held',
        `${person} was no ${side === 'vendor' ? 'reviewer' : 'approver'} then.`,
      );
    if (request.reviews.some((earlier) => earlier.person === person && earlier.digest === request.digest))
      throw data.fault('wrong_digest', `${person} had decided this digest before.`);
  }

  /** The channel of a customer's approval is one that the risk allowed, and what had to be countersigned is. */
  private requireConsent(
    data: LeafOf<'request.reviewed'>,
    request: Request,
    terms: Terms,
    review: Review,
    signed: boolean,
  ): void {
    const evaluations = this.evaluations(data, terms, request);
    if (review.side === 'vendor') return;
    const channel = data.members.channel;
    const inChannel = evaluations.filter(({ needs }) =>
      (needs?.customer.channels as string[] | undefined)?.includes(channel),
    );
    if (inChannel.length === 0)
      throw data.fault('channel_not_allowed', `the risk did not allow an approval by ${channel}.`);
    this.requireStage(data, request, review, inChannel);
    if (!signed && inChannel.every(({ needs }) => needs?.customer.countersignature === true))
      throw data.fault('countersignature_required', 'the approval is not countersigned, and had to be.');
  }

  /**
   * An approval counts in the stage that was open, and its author is among those who may decide in it. A counter-offer's
   * terms may pass other stages than the request's own, and begin with none of them complete.
   */
  private requireStage(
    data: LeafData,
    request: Request,
    review: Review,
    evaluations: readonly Evaluation[],
  ): void {
    const isInTurn = evaluations.some(({ needs }) => {
      const stages = needs === null ? [] : stagesOf(needs);
      if (stages.length === 0) return review.stage === null;
      const isOffer = review.decision === 'counter';
      if (isOffer && review.stage === null) return true;
      const stage = isOffer
        ? stages.find(({ name }) => name === review.stage)
        : this.openStage(data, request, stages);
      if (stage === undefined || stage.name !== review.stage) return false;
      const since = request.stage?.name === stage.name ? request.stage.since : request.turnSince;
      return mayDecideIn(this.inCharge(data, stage, since), this.context.tenant.groupsOf(review.person));
    });
    if (!isInTurn)
      throw data.fault('wrong_stage', `${review.person} approved in a stage that was not open to them.`);
    const needs = evaluations[0]?.needs ?? null;
    const reviews = [...request.reviews, review];
    const next = needs === null ? undefined : this.openStage(data, { ...request, reviews }, stagesOf(needs));
    // The first stage began with the customer's turn.
    if (next !== undefined && next.name !== review.stage && next.name !== request.stage?.name)
      request.stage = { name: next.name, since: data.at };
  }

  private openStage(data: LeafData, request: Request, stages: readonly StageNeed[]): StageNeed | undefined {
    const approvals = this.approving(data, request, 'customer');
    return stages.find(({ name, required }) => countInStage(approvals, name) < required);
  }

  private inCharge({ at }: LeafData, stage: StageNeed, since: number): string[] | null {
    const controls = this.context.tenant.controls;
    if (controls === null) return [];
    return groupsInCharge(stage, {
      deputies: controls.deputies ?? [],
      day: tenantDay(controls, new Date(at)),
      isOverdue: stage.escalate !== null && at >= since + stage.escalate.after * 1_000 - BROKER_TOLERANCE_MS,
    });
  }

  private async verifyApproval(
    data: LeafOf<'request.reviewed'>,
    review: Review,
  ): Promise<Signature<ApprovalStatement>> {
    const signature = data.parsed('countersignature', parseSignature);
    const statement = data.parsed('countersignature', () => parseApproval(signature.statement));
    const { trust } = this.context;
    const decision = review.decision === 'deny' ? 'deny' : 'approve';
    const isOfReview =
      statement.tenant === data.leaf.tenant &&
      statement.digest === review.decided &&
      statement.decision === decision &&
      statement.person === review.person;
    const namesTrust = statement.trust === undefined ? !trust.isClaimed() : trust.hasVersion(statement.trust);
    if (!isOfReview || !namesTrust)
      throw data.fault(
        'bad_countersignature',
        'the signed statement is of another decision or trust document.',
      );
    await trust.requireValid(data, signature, statement.person);
    this.onPoint({ index: data.index, ...statement.log });
    return { ...signature, statement };
  }

  /** Only someone who may decide asks and forwards, and only the requester answers. */
  private takeNote(data: LeafOf<'request.asked' | 'request.answered' | 'request.forwarded'>): void {
    const request = this.request(data);
    const { actor, type } = data.leaf;
    if (request.isOver || data.members.digest !== request.digest)
      throw data.fault('wrong_digest', 'what was said is not about the digest that was open.');
    if (type === 'request.answered') {
      if (actor !== request.requester) throw data.fault('role_not_held', `${actor} is not the requester.`);
      return;
    }
    const { deployment, tenant } = this.context;
    const basis = request.terms.get(request.digest)?.terms.basis ?? 'approval';
    const mayDecide =
      actor !== request.requester &&
      (tenant.holds(actor, 'approver') || deployment.staffHad(actor, BASES[basis].reviewer, data.at));
    if (!mayDecide) throw data.fault('role_not_held', `${actor} could not decide this request.`);
    if (type === 'request.asked') request.paused = true;
  }

  private takeVoid(data: LeafOf<'review.voided'>): void {
    const review = this.state.requests
      .get(data.members.request)
      ?.reviews.find(({ id }) => id === data.members.review);
    if (review !== undefined) review.voided = true;
  }

  private takeAcceptance(data: LeafOf<'request.accepted'>): void {
    const request = this.request(data);
    const digest = data.members.digest;
    const offer = request.terms.get(digest);
    if (request.isOver || data.leaf.actor !== request.requester || offer?.parent !== request.digest)
      throw data.fault('wrong_digest', 'what was accepted is no offer to this requester.');
    request.digest = digest;
    request.turnSince = data.at;
  }

  private takeInvitationUse(data: LeafOf<'invitation.used'>): void {
    const request = this.request(data);
    this.invitations.takeUse(data, request.id, request.terms.get(data.members.digest)?.terms);
  }

  private request(data: OfRequest): Request {
    const request = this.state.requests.get(data.members.request);
    if (request === undefined)
      throw data.fault('unknown_request', `the log has no open request ${data.members.request}.`);
    return request;
  }
}

function requireRequester(data: OfRequest, { id, requester }: Request): void {
  if (data.members.requester !== requester)
    throw data.fault('wrong_digest', `it names another requester than the request ${id}.`);
}

/** The request's digest and every digest that it narrows. */
function lineOf({ terms, digest }: Request): string[] {
  const line: string[] = [];
  for (
    let own: string | null = digest;
    own !== null && !line.includes(own);
    own = terms.get(own)?.parent ?? null
  )
    line.push(own);
  return line;
}

const countInStage = (approvals: readonly Review[], stage: string): number =>
  countPersons(approvals.filter((review) => review.stage === stage));

const stagesText = (needs: ReviewNeeds | null | undefined): string =>
  needs == null || stagesOf(needs).length === 0
    ? ''
    : `, and each stage needs its own: ${stagesOf(needs)
        .map(({ name, required }) => `${name} ${required}`)
        .join(', ')}`;

const countPersons = (reviews: readonly Review[]): number =>
  new Set(reviews.map(({ person }) => person)).size;
