import {
  acceptOffer,
  answerQuestion,
  askRequester,
  cancelRequest,
  draftApprovalStatement,
  forwardRequest,
  getRequest,
  type IdempotencyKey,
  listRequests,
  type Principal,
  previewRequest,
  requestAccess,
  reviewRequest,
} from '@countersign/access';
import {
  type Acceptance,
  type Ask,
  type CounterStatementBody,
  type Decision,
  type ForwardBody,
  type RequestListQuery,
  type RequestNoteBody,
  requestEndpoints,
  type StatementQuery,
} from '@countersign/api';
import { isId } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { definedOnly, pageAnswer, readPage } from '../http/page.js';
import {
  accessRequestInput,
  noteAnswer,
  previewAnswer,
  requestAnswer,
  requestDetailAnswer,
  requestWithAccessAnswer,
  reviewAnswer,
  reviewInput,
} from './request-answers.js';

/** Requests for access: making, reviewing and cancelling them. */
@Controller()
export class RequestsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(requestEndpoints.create)
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body() body: Ask,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const view = await requestAccess(this.deps, principal, accessRequestInput(body), { idempotency: key });
    return requestAnswer(view);
  }

  @Endpoint(requestEndpoints.preview)
  async preview(@CurrentPrincipal() principal: Principal, @Body() body: Ask) {
    return previewAnswer(await previewRequest(this.deps, principal, accessRequestInput(body)));
  }

  @Endpoint(requestEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Query() query: RequestListQuery) {
    const { cursor, limit, person, ...rest } = query;
    const page = readPage({ cursor, limit }, (text) => isId('req', text));
    const filter = definedOnly({ ...rest, requester: person });
    return pageAnswer(await listRequests(this.deps, principal, filter, page), requestWithAccessAnswer);
  }

  @Endpoint(requestEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('req') id: string) {
    return requestDetailAnswer(await getRequest(this.deps, principal, id));
  }

  @Endpoint(requestEndpoints.ask)
  async ask(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() { text }: RequestNoteBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return noteAnswer(await askRequester(this.deps, principal, id, text, { idempotency: key }), text);
  }

  @Endpoint(requestEndpoints.answer)
  async answer(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() { text }: RequestNoteBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return noteAnswer(await answerQuestion(this.deps, principal, id, text, { idempotency: key }), text);
  }

  @Endpoint(requestEndpoints.forward)
  async forward(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() { to, text }: ForwardBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const note = text ?? null;
    return noteAnswer(
      await forwardRequest(this.deps, principal, id, { to, note }, { idempotency: key }),
      note,
    );
  }

  @Endpoint(requestEndpoints.statement)
  statement(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Query() { decision = 'approve' }: StatementQuery,
  ) {
    return draftApprovalStatement(this.deps, principal, id, { decision });
  }

  @Endpoint(requestEndpoints.counterStatement)
  counterStatement(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() { terms }: CounterStatementBody,
  ) {
    return draftApprovalStatement(this.deps, principal, id, { decision: 'counter', terms });
  }

  @Endpoint(requestEndpoints.review)
  async review(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() body: Decision,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return reviewAnswer(
      await reviewRequest(this.deps, principal, id, reviewInput(body), { idempotency: key }),
    );
  }

  @Endpoint(requestEndpoints.accept)
  async accept(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() body: Acceptance,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const view = await acceptOffer(this.deps, principal, id, body.digest, { idempotency: key });
    return requestAnswer(view);
  }

  @Endpoint(requestEndpoints.cancel)
  async cancel(
    @CurrentPrincipal() principal: Principal,
    @Id('req') id: string,
    @Body() _body: unknown,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return requestAnswer(await cancelRequest(this.deps, principal, id, { idempotency: key }));
  }
}
