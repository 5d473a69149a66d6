import {
  draftInvitationStatement,
  type IdempotencyKey,
  INVITATION_STATES,
  invite,
  listInvitations,
  once,
  type Principal,
  withdrawInvitation,
} from '@countersign/access';
import { formatDuration, isId } from '@countersign/contract';
import { Controller, Delete, Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query, Slug } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { filters, given, pageAnswer, pageQuery, readPage } from '../http/page.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import {
  invitationAnswer,
  invitationPage,
  invitationShape,
  invitationToSignShape,
} from './invitation-answer.js';
import {
  type InvitationBody,
  invitationBody,
  invitationDraftBody,
  invitationInput,
  withdrawalBody,
} from './invitation-body.js';

const listQuery = z.strictObject({
  ...pageQuery,
  service: filters.service,
  state: z.enum(INVITATION_STATES).optional(),
});

/** The customer opens the door itself. */
@Controller('api/v1/tenants/:slug/invitations')
export class InvitationsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @Allow('invitation.write')
  @Describe({
    summary: 'Open the door for what an invitation covers',
    description:
      'A request that fits needs no further yes of this approver: it is their approval, and where the tenant asks for more than one, the others are still asked. What could never be granted is refused as `request_refused`.',
    body: { schema: invitationBody },
    idempotent: true,
    answer: { status: 201, description: 'The invitation, open.', schema: invitationShape },
    errors: ['not_found', 'request_refused', 'countersignature_required', 'conflict'],
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: InvitationBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const input = invitationInput(body);
    return invitationAnswer(await once(this.deps, key, (deps) => invite(deps, principal, slug, input)));
  }

  @Post('statement')
  @Allow('invitation.write')
  @Describe({
    summary: 'Read the invitation that one would sign',
    description: 'To be handed in, signed, within the hour, with the same body and its openings.',
    body: { schema: invitationDraftBody },
    answer: { status: 200, description: 'To be signed with a passkey.', schema: invitationToSignShape },
    errors: ['not_found', 'request_refused'],
  })
  async statement(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: z.infer<typeof invitationDraftBody>,
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

  @Get()
  @Allow('invitation.read')
  @Describe({
    summary: 'List a tenant’s invitations',
    description:
      'Newest first; for the tenant’s people, and for the vendor’s staff, to whom they are addressed.',
    query: listQuery,
    answer: { status: 200, description: 'A page of invitations.', schema: invitationPage },
    errors: ['not_found', 'invalid_cursor'],
  })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: z.infer<typeof listQuery>,
  ) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('inv', text));
    return pageAnswer(
      await listInvitations(this.deps, principal, slug, given(filter), page),
      invitationAnswer,
    );
  }

  @Delete(':id')
  @Allow('invitation.write')
  @Describe({
    summary: 'Withdraw an invitation',
    description:
      'In one transaction every grant that it opened is revoked, and every request that still leans on it is denied. Any approver of the tenant may.',
    body: { schema: withdrawalBody, optional: true },
    answer: { status: 200, description: 'The invitation, withdrawn.', schema: invitationShape },
    errors: ['not_found', 'wrong_state', 'conflict'],
  })
  async withdraw(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('inv') id: string,
    @Body() body: z.infer<typeof withdrawalBody>,
  ) {
    const reason = body.reason ?? null;
    return invitationAnswer(await withdrawInvitation(this.deps, principal, slug, id, reason));
  }
}
