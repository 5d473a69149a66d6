import {
  draftInvitationStatement,
  type IdempotencyKey,
  type InvitationView,
  invite,
  listInvitations,
  type Principal,
  withdrawInvitation,
} from '@countersign/access';
import {
  type InvitationBody,
  type InvitationDraftBody,
  type InvitationListQuery,
  invitationEndpoints,
  type Withdrawal,
} from '@countersign/api';
import { formatDuration, isId } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query, Slug } from '../http/input.js';
import { definedOnly, pageAnswer, readPage } from '../http/page.js';
import { invitationAnswer, invitationInput } from './invitation-answers.js';

/** Invitations, with which a customer approves requests in advance. */
@Controller()
export class InvitationsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(invitationEndpoints.create)
  async create(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: InvitationBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const input = invitationInput(body);
    return this.answer(await invite(this.deps, principal, slug, input, { idempotency: key }));
  }

  @Endpoint(invitationEndpoints.statement)
  async statement(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: InvitationDraftBody,
  ) {
    const input = invitationInput(body);
    const { statement, ticket, longest } = await draftInvitationStatement(this.deps, principal, slug, input);
    return {
      statement,
      openings: ticket === null ? {} : { ticket },
      maxDuration: formatDuration(statement.maxSeconds),
      longest: formatDuration(longest),
    };
  }

  @Endpoint(invitationEndpoints.list)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: InvitationListQuery,
  ) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('inv', text));
    return pageAnswer(await listInvitations(this.deps, principal, slug, definedOnly(filter), page), (view) =>
      this.answer(view),
    );
  }

  @Endpoint(invitationEndpoints.withdraw)
  async withdraw(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('inv') id: string,
    @Body() body: Withdrawal,
  ) {
    const reason = body.reason ?? null;
    return this.answer(await withdrawInvitation(this.deps, principal, slug, id, reason));
  }

  private answer(view: InvitationView) {
    return invitationAnswer(view, this.deps.clock.now());
  }
}
