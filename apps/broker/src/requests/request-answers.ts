import {
  type AccessRequestInput,
  type AccessStatus,
  type Evaluation,
  type RequestNote as Note,
  type RequestDetail,
  type RequestView,
  type RequestWithAccess,
  type Review,
  type ReviewInput,
  type ReviewNeeds,
  type StageNeed,
  waitTimes,
} from '@countersign/access';
import type {
  AccessRequest,
  AccessRequestDetail,
  Ask,
  Decision,
  Grant,
  Needs,
  Preview,
  RequestNote,
  Review as ReviewAnswer,
} from '@countersign/api';
import { formatDuration, isSealedLog, openedTexts, parseDuration } from '@countersign/contract';
import { accessReasonText } from '@countersign/wording';
import { personAnswer } from '../people/person-answers.js';

/** Absent members stay absent, because they go unchanged into the terms, which are hashed. */
export function accessRequestInput({
  duration,
  justification = '',
  ticket,
  ...others
}: Ask): AccessRequestInput {
  return { ...others, seconds: parseDuration(duration) ?? 0, justification, ticket: ticket ?? null };
}

export const reviewInput = (body: Decision): ReviewInput => ({ ...body, reason: body.reason ?? null });

export function requestAnswer({
  request,
  reviews,
  openings,
  erased,
  offer,
  invitation,
}: RequestView): AccessRequest {
  return {
    id: request.id,
    tenant: request.terms.tenant,
    ...sealedLogOf(request),
    service: request.service,
    requester: request.requester,
    scope: request.terms.scope,
    duration: formatDuration(request.terms.seconds),
    ...openedTexts(openings),
    ...(request.reasonCode === null ? {} : { reasonCode: request.reasonCode }),
    state: request.state,
    digest: request.digest,
    terms: request.terms,
    openings,
    erased,
    needs: needsAnswer(request.needs),
    asked: request.asked,
    lapsesAt: request.lapsesAt,
    createdAt: request.createdAt,
    reviews: reviews.map(reviewAnswer),
    offer,
    grant: request.grant,
    invitation,
    waiting: waitingOf(request),
  };
}

/** A request as lists show it: with whether calls pass under its grant, and whether it can still be approved. */
export const requestWithAccessAnswer = (view: RequestWithAccess): AccessRequest => ({
  ...requestAnswer(view),
  ...(view.status === null ? { access: null, accessReason: null } : accessAnswer(view.status)),
  ...outdatedAnswer(view),
});

const outdatedAnswer = ({
  outdated,
}: RequestWithAccess): Pick<AccessRequestDetail, 'outdated'> &
  Required<Pick<AccessRequest, 'outdatedBy'>> => ({
  outdated: outdated?.text ?? null,
  outdatedBy: outdated?.changes ?? [],
});

/** Whether calls pass under a grant and why they do not. */
export function accessAnswer({ access, reason }: AccessStatus): Pick<Grant, 'access' | 'accessReason'> {
  const accessReason = reason === null ? null : { ...reason, text: accessReasonText(reason, 'en') };
  return { access, accessReason };
}

/** The sealed log of access under a gag. */
export const sealedLogOf = ({ tenant }: { tenant: string }): { sealedLog?: string } =>
  isSealedLog(tenant) ? { sealedLog: tenant } : {};

/** Whom an open request waits for. */
export const waitingOf = (request: RequestView['request']): NonNullable<AccessRequest['waiting']> | null =>
  request.endedAt === null ? (request.waits.at(-1) ?? null) : null;

/** What only one request's own answer has. */
export const requestDetailAnswer = (view: RequestDetail): AccessRequestDetail => ({
  ...requestWithAccessAnswer(view),
  ...outdatedAnswer(view),
  notes: view.notes.map(({ note, text }) => noteAnswer(note, text)),
  stages: waitTimes(view.request),
  usually: view.usually,
  forwardTo: view.forwardTo,
  earlierDenials: view.denials,
  people: view.people.map(personAnswer),
  proposed: view.proposed.map(({ id, state }) => ({ id, state })),
  ...(view.beforeRecord === undefined ? {} : { beforeRecord: view.beforeRecord }),
  countersignatures: view.reviews.flatMap(({ countersignature }) => countersignature ?? []),
});

export const noteAnswer = ({ number, kind, person, to, at }: Note, text: string | null): RequestNote => ({
  ...{ number, kind, person, to, text, at },
});

export function reviewAnswer({
  request: _request,
  tenant: _tenant,
  offer: _offer,
  voidedAt: _voidedAt,
  countersignature: _countersignature,
  stage,
  ...shown
}: Review): ReviewAnswer {
  return { ...shown, ...(stage === null ? {} : { stage }) };
}

export function previewAnswer({ refusals, needs, invitation }: Evaluation): Preview {
  const outcome = refusals.length === 0 ? 'possible' : 'refused';
  return { outcome, refusals, needs: needs === null ? null : needsAnswer(needs), invitation };
}

const needsAnswer = ({ customer: { stages, ...customer }, ...needs }: ReviewNeeds): Needs => ({
  ...needs,
  customer: { ...customer, ...(stages === undefined ? {} : { stages: stages.map(stageAnswer) }) },
});

const stageAnswer = ({
  escalate,
  ...stage
}: StageNeed): NonNullable<Needs['customer']['stages']>[number] => ({
  ...stage,
  escalate: escalate === null ? null : { ...escalate, after: formatDuration(escalate.after) },
});
