import {
  acceptOffer,
  cancelRequest,
  draftApprovalStatement,
  getRequest,
  type IdempotencyKey,
  listRequests,
  once,
  type Principal,
  previewRequest,
  requestAccess,
  reviewRequest,
} from '@countersign/access';
import { isId } from '@countersign/contract';
import { Controller, Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { noBody } from '../http/no-body.js';
import { filters, given, pageAnswer, pageQuery, readPage } from '../http/page.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { type AskBody, askBody, askInput } from './ask-body.js';
import {
  previewAnswer,
  previewShape,
  REQUEST_STATES,
  requestAnswer,
  requestDetailShape,
  requestPage,
  requestShape,
  reviewAnswer,
  reviewShape,
  statementShape,
} from './request-answer.js';
import {
  acceptanceBody,
  counterStatementBody,
  type ReviewBody,
  reviewBody,
  reviewInput,
  statementQuery,
} from './review-body.js';

const listQuery = z.strictObject({
  ...pageQuery,
  ...filters,
  state: z.enum(REQUEST_STATES).optional(),
});

/** Asking, deciding, taking back. */
@Controller('api/v1/requests')
export class RequestsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @Allow('request.create')
  @Describe({
    summary: 'Ask for access',
    description:
      'Refused as `request_refused` with every reason, or stored for review; where no review is asked for, it is approved at once, with its grant.',
    body: { schema: askBody },
    idempotent: true,
    answer: {
      status: 201,
      description: 'The request, waiting for review or approved already.',
      schema: requestShape,
    },
    errors: ['request_refused', 'conflict'],
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body() body: AskBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const view = await once(this.deps, key, (deps) => requestAccess(deps, principal, askInput(body)));
    return requestAnswer(view);
  }

  @Post('preview')
  @Allow('request.create')
  @Describe({
    summary: 'Try an ask without making it',
    description:
      'The same evaluator that judges the ask itself says every refusal, or which reviews are needed.',
    body: { schema: askBody },
    answer: { status: 200, description: 'What asking would lead to.', schema: previewShape },
  })
  async preview(@CurrentPrincipal() principal: Principal, @Body() body: AskBody) {
    return previewAnswer(await previewRequest(this.deps, principal, askInput(body)));
  }

  @Get()
  @Allow('request.read')
  @Describe({
    summary: 'List requests',
    description: 'Newest first. Engineers see their own, a customer’s people their tenant’s, reviewers all.',
    query: listQuery,
    answer: { status: 200, description: 'A page of requests.', schema: requestPage },
    errors: ['invalid_cursor'],
  })
  async list(@CurrentPrincipal() principal: Principal, @Query() query: z.infer<typeof listQuery>) {
    const { cursor, limit, person, ...rest } = query;
    const page = readPage({ cursor, limit }, (text) => isId('req', text));
    const filter = given({ ...rest, requester: person });
    return pageAnswer(await listRequests(this.deps, principal, filter, page), requestAnswer);
  }

  @Get(':id')
  @Allow('request.read')
  @Describe({
    summary: 'Read a request',
    answer: { status: 200, description: 'The request.', schema: requestDetailShape },
    errors: ['not_found'],
  })
  async read(@CurrentPrincipal() principal: Principal, @Id('req') id: string) {
    const view = await getRequest(this.deps, principal, id);
    const countersignatures = view.reviews.flatMap(({ countersignature }) => countersignature ?? []);
    return { ...requestAnswer(view), earlierDenials: view.denials, countersignatures };
  }

  @Get(':id/statement')
  @Allow('request.review')
  @Describe({
    summary: 'Read what one would sign',
    description: 'The statement of the asking approver’s decision, with the terms that it is about.',
    query: statementQuery,
    answer: { status: 200, description: 'To be signed with a passkey.', schema: statementShape },
    errors: ['not_found', 'already_decided'],
  })
  statement(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Query() { decision = 'approve' }: z.infer<typeof statementQuery>,
  ) {
    return draftApprovalStatement(this.deps, principal, id, { decision });
  }

  @Post(':id/statement')
  @Allow('request.review')
  @Describe({
    summary: 'Read what one would sign with a counter-offer',
    body: { schema: counterStatementBody },
    answer: { status: 200, description: 'To be signed with a passkey.', schema: statementShape },
    errors: ['not_found', 'already_decided'],
  })
  counterStatement(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() { terms }: z.infer<typeof counterStatementBody>,
  ) {
    return draftApprovalStatement(this.deps, principal, id, { decision: 'counter', terms });
  }

  @Post(':id/reviews')
  @Allow('request.read')
  @Describe({
    summary: 'Decide on a request',
    description:
      'One person’s decision on exactly one digest. The last approval that is needed starts the grant; a counter-offer waits for the requester.',
    body: { schema: reviewBody },
    idempotent: true,
    answer: { status: 201, description: 'The review.', schema: reviewShape },
    errors: [
      'not_found',
      'self_review',
      'already_decided',
      'digest_mismatch',
      'wrong_state',
      'reason_required',
      'channel_not_allowed',
      'countersignature_required',
      'controls_changed',
      'conflict',
    ],
  })
  async review(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() body: ReviewBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return reviewAnswer(
      await once(this.deps, key, (deps) => reviewRequest(deps, principal, id, reviewInput(body))),
    );
  }

  @Post(':id/acceptance')
  @Allow('request.accept')
  @Describe({
    summary: 'Accept a counter-offer',
    description:
      'The offered terms take the place of the request’s own. The vendor’s reviews cover them, the offer is its author’s approval, other customer reviews lapse. To withdraw instead, cancel.',
    body: { schema: acceptanceBody },
    idempotent: true,
    answer: { status: 200, description: 'The request, with the narrower terms.', schema: requestShape },
    errors: [
      'not_found',
      'already_decided',
      'wrong_state',
      'digest_mismatch',
      'controls_changed',
      'conflict',
    ],
  })
  async accept(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() body: z.infer<typeof acceptanceBody>,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const view = await once(this.deps, key, (deps) => acceptOffer(deps, principal, id, body.digest));
    return requestAnswer(view);
  }

  @Post(':id/cancel')
  @Allow('request.cancel')
  @Describe({
    summary: 'Take a request back',
    body: { schema: noBody, optional: true },
    idempotent: true,
    answer: { status: 200, description: 'The request, cancelled.', schema: requestShape },
    errors: ['not_found', 'already_decided', 'conflict'],
  })
  async cancel(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() _body: unknown,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return requestAnswer(await once(this.deps, key, (deps) => cancelRequest(deps, principal, id)));
  }
}
