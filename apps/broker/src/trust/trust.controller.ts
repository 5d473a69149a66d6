import {
  cancelOwnReset,
  getTrust,
  type IdempotencyKey,
  type Principal,
  proposeTrust,
  readTrustDraft,
  signTrust,
  withdrawProposal,
} from '@countersign/access';
import {
  type TrustDraftQuery,
  type TrustProposalBody,
  type TrustSignatureBody,
  trustEndpoints,
} from '@countersign/api';
import { Controller, Delete, Get, Inject, Post } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query, Slug } from '../http/input.js';
import { proposalAnswer, trustAnswer } from './trust-answers.js';

/** The document of people, keys and rules that a customer signs and gateways pin. */
@Controller('api/v1/tenants/:slug/trust')
export class TrustController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  @Get()
  @Allow('trust.read')
  @Describe(trustEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    const { store, hashing } = this.deps;
    const { gatewayUrl } = this.settings;
    const place = { deployment: store.deployment, tenant: slug, hashing, gatewayUrl };
    return trustAnswer(await getTrust(this.deps, principal, slug), place);
  }

  @Get('draft')
  @Allow('trust.read')
  @Describe(trustEndpoints.draft)
  draft(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() { origin }: TrustDraftQuery,
  ) {
    return readTrustDraft(this.deps, principal, slug, origin);
  }

  @Post('proposals')
  @Allow('trust.propose')
  @Describe(trustEndpoints.propose)
  async propose(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { document }: TrustProposalBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return proposalAnswer(await proposeTrust(this.deps, principal, slug, document, { idempotency: key }));
  }

  @Post('proposals/:id/signatures')
  @Allow('trust.sign')
  @Describe(trustEndpoints.sign)
  async sign(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('prp') id: string,
    @Body() { signature }: TrustSignatureBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return proposalAnswer(await signTrust(this.deps, principal, slug, id, signature, { idempotency: key }));
  }

  @Delete('proposals/:id')
  @Allow('trust.propose')
  @Describe(trustEndpoints.withdraw)
  async withdraw(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('prp') id: string,
  ): Promise<void> {
    await withdrawProposal(this.deps, principal, slug, id);
  }

  @Delete('reset')
  @Allow('trust.propose')
  @Describe(trustEndpoints.cancelReset)
  async keep(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<void> {
    await cancelOwnReset(this.deps, principal, slug);
  }
}
