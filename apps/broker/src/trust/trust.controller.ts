import {
  cancelOwnReset,
  getTrust,
  type IdempotencyKey,
  once,
  type Principal,
  proposeTrust,
  readTrustDraft,
  signTrust,
  withdrawProposal,
} from '@countersign/access';
import { signatureSchema, trustDocumentSchema } from '@countersign/contract';
import { Controller, Delete, Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query, Slug } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component } from '../openapi/components.js';
import { signingOrigin } from '../passkeys/passkey-body.js';
import { proposalAnswer, proposalShape, trustAnswer, trustShape } from './trust-answer.js';

const proposalBody = component('TrustProposalBody', z.strictObject({ document: trustDocumentSchema }));
const signatureBody = component(
  'TrustSignatureBody',
  z.strictObject({ signature: signatureSchema.describe('Its statement is the proposed document.') }),
);
const draftQuery = z.strictObject({ origin: signingOrigin.optional() });
const OWN_BROWSER = 'In the person’s own browser session alone.';

/** What a customer signs of its people, keys and rules: the trust that gateways pin. */
@Controller('api/v1/tenants/:slug/trust')
export class TrustController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('trust.read')
  @Describe({
    summary: 'Read a tenant’s trust',
    description:
      'The document in force, what anchors it outside of this broker, and which gateways have pinned it.',
    answer: { status: 200, description: 'As it stands.', schema: trustShape },
    errors: ['not_found'],
  })
  async read(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    const { store, hashing } = this.deps;
    const place = { deployment: store.deployment, tenant: slug, hashing };
    return trustAnswer(await getTrust(this.deps, principal, slug), place);
  }

  @Get('draft')
  @Allow('trust.read')
  @Describe({
    summary: 'Read what could be proposed',
    description:
      'The next trust document as the tenant’s people, passkeys and controls stand; nobody has proposed it.',
    query: draftQuery,
    answer: { status: 200, description: 'A trust document without signatures.', schema: trustDocumentSchema },
    errors: ['not_found', 'conflict'],
  })
  draft(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() { origin }: z.infer<typeof draftQuery>,
  ) {
    return readTrustDraft(this.deps, principal, slug, origin);
  }

  @Post('proposals')
  @Allow('trust.propose')
  @Describe({
    summary: 'Propose the next trust document',
    description: `One at a time. It counts once enough of its people have signed. ${OWN_BROWSER}`,
    body: { schema: proposalBody },
    idempotent: true,
    answer: { status: 201, description: 'The proposal.', schema: proposalShape },
    errors: ['not_found', 'conflict'],
  })
  async propose(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { document }: z.infer<typeof proposalBody>,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return proposalAnswer(
      await once(this.deps, key, (deps) => proposeTrust(deps, principal, slug, document)),
    );
  }

  @Post('proposals/:id/signatures')
  @Allow('trust.sign')
  @Describe({
    summary: 'Sign a proposal',
    description: `With a passkey of one’s own that either version names, or one’s recovery key. The signature that completes it puts it in force. ${OWN_BROWSER}`,
    body: { schema: signatureBody },
    idempotent: true,
    answer: { status: 201, description: 'The proposal as it stands.', schema: proposalShape },
    errors: ['not_found', 'wrong_state', 'conflict'],
  })
  async sign(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('prp') id: string,
    @Body() { signature }: z.infer<typeof signatureBody>,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return proposalAnswer(
      await once(this.deps, key, (deps) => signTrust(deps, principal, slug, id, signature)),
    );
  }

  @Delete('proposals/:id')
  @Allow('trust.propose')
  @Describe({
    summary: 'Withdraw a proposal',
    description: `Any admin of the tenant may. ${OWN_BROWSER}`,
    answer: { status: 204, description: 'It is withdrawn.' },
    errors: ['not_found', 'wrong_state', 'conflict'],
  })
  async withdraw(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('prp') id: string,
  ): Promise<void> {
    await withdrawProposal(this.deps, principal, slug, id);
  }

  @Delete('reset')
  @Allow('trust.propose')
  @Describe({
    summary: 'Object to a reset',
    description: `The keys are not lost: what was claimed stays, and a claim that was begun anew is withdrawn. Any admin of the tenant may. ${OWN_BROWSER}`,
    answer: { status: 204, description: 'It is called off.' },
    errors: ['not_found', 'wrong_state', 'conflict'],
  })
  async keep(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<void> {
    await cancelOwnReset(this.deps, principal, slug);
  }
}
