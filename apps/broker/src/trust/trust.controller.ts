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
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query, Slug } from '../http/input.js';
import { proposalAnswer, trustAnswer } from './trust-answers.js';

/** The document of people, keys and rules that a customer signs and gateways pin. */
@Controller()
export class TrustController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  @Endpoint(trustEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    const { store, hashing } = this.deps;
    const { gatewayUrl } = this.settings;
    const place = { deployment: store.deployment, tenant: slug, hashing, gatewayUrl };
    return trustAnswer(await getTrust(this.deps, principal, slug), place);
  }

  @Endpoint(trustEndpoints.draft)
  draft(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() { origin }: TrustDraftQuery,
  ) {
    return readTrustDraft(this.deps, principal, slug, origin);
  }

  @Endpoint(trustEndpoints.propose)
  async propose(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { document }: TrustProposalBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return proposalAnswer(await proposeTrust(this.deps, principal, slug, document, { idempotency: key }));
  }

  @Endpoint(trustEndpoints.sign)
  async sign(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('prp') id: string,
    @Body() { signature }: TrustSignatureBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return proposalAnswer(await signTrust(this.deps, principal, slug, id, signature, { idempotency: key }));
  }

  @Endpoint(trustEndpoints.withdraw)
  async withdraw(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('prp') id: string,
  ): Promise<void> {
    await withdrawProposal(this.deps, principal, slug, id);
  }

  @Endpoint(trustEndpoints.cancelReset)
  async keep(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<void> {
    await cancelOwnReset(this.deps, principal, slug);
  }
}
