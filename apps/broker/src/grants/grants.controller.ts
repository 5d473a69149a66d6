import {
  extendGrant,
  getGrant,
  type IdempotencyKey,
  listGrants,
  mintToken,
  once,
  type Principal,
  releaseGrant,
  revokeGrant,
} from '@countersign/access';
import { isId, parseDuration } from '@countersign/contract';
import { Controller, Get, Header, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { noBody } from '../http/no-body.js';
import { filters, given, pageAnswer, pageQuery, readPage } from '../http/page.js';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { BrokerTokenMinter } from '../keys/token-minter.js';
import { component } from '../openapi/components.js';
import { durationText, freeText } from '../requests/ask-body.js';
import { requestAnswer, requestShape } from '../requests/request-answer.js';
import { grantAnswer, grantPage, grantShape } from './grant-answer.js';

const listQuery = z.strictObject({
  ...pageQuery,
  ...filters,
  state: z.enum(['scheduled', 'active', 'ended']).optional(),
});

const revocationBody = component(
  'RevocationBody',
  z.strictObject({
    reason: freeText
      .refine((text) => text.trim() !== '', 'Say why; it stands in the log')
      .describe('Why access is stopped; it stands in the tenant’s log.'),
  }),
);

const extensionBody = component(
  'ExtensionBody',
  z.strictObject({
    duration: durationText.describe('How much longer, from the end of the grant on.'),
    justification: freeText
      .optional()
      .describe('A sentence that the customer will read. Refused where blank.'),
  }),
);

const tokenShape = component(
  'GrantToken',
  z.object({
    access_token: z.string().describe('A JWT (RFC 9068); a secret, shown this once.'),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('Seconds.'),
  }),
);

/** What full approval opened: reading it, working with it, ending it. */
@Controller('api/v1/grants')
export class GrantsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly minter: BrokerTokenMinter,
  ) {}

  @Get()
  @Allow('grant.read')
  @Describe({
    summary: 'List grants',
    description: 'Newest first. Engineers see their own, a customer’s people their tenant’s, reviewers all.',
    query: listQuery,
    answer: { status: 200, description: 'A page of grants.', schema: grantPage },
    errors: ['invalid_cursor'],
  })
  async list(@CurrentPrincipal() principal: Principal, @Query() query: z.infer<typeof listQuery>) {
    const { cursor, limit, person, ...rest } = query;
    const page = readPage({ cursor, limit }, (text) => isId('grt', text));
    const filter = given({ ...rest, requester: person });
    return pageAnswer(await listGrants(this.deps, principal, filter, page), (view) =>
      grantAnswer(view, this.settings.gatewayUrl),
    );
  }

  @Get(':id')
  @Allow('grant.read')
  @Describe({
    summary: 'Read a grant',
    answer: { status: 200, description: 'The grant.', schema: grantShape },
    errors: ['not_found'],
  })
  async read(@CurrentPrincipal() principal: Principal, @Id('grt') id: string) {
    return grantAnswer(await getGrant(this.deps, principal, id), this.settings.gatewayUrl);
  }

  /** Takes no `Idempotency-Key`: the answer is a secret and is kept nowhere. */
  @Post(':id/tokens')
  @Allow('grant.token')
  @Header('Cache-Control', 'no-store')
  @Describe({
    summary: 'Mint a token',
    description:
      'For the engineer who holds the grant, while it is active. Lives minutes; ask again for another.',
    body: { schema: noBody, optional: true },
    answer: { status: 200, description: 'A token.', schema: tokenShape },
    errors: ['not_found', 'grant_not_active'],
  })
  async token(@CurrentPrincipal() principal: Principal, @Id('grt') id: string, @Body() _body: unknown) {
    const minted = await mintToken(this.deps, this.minter, principal, id);
    return { access_token: minted.token, token_type: 'Bearer', expires_in: minted.expiresIn };
  }

  @Post(':id/extension')
  @Allow('grant.extend')
  @Describe({
    summary: 'Ask for more time',
    description:
      'A new request with its own approval, for the same scope, that begins where this grant ends; its terms name this digest in `extends`. Revoking this grant ends it too.',
    body: { schema: extensionBody },
    idempotent: true,
    answer: {
      status: 201,
      description: 'The new request, waiting for review or approved already.',
      schema: requestShape,
    },
    errors: ['not_found', 'grant_not_active', 'request_refused', 'conflict'],
  })
  async extend(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() body: z.infer<typeof extensionBody>,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const input = { seconds: parseDuration(body.duration) ?? 0, justification: body.justification ?? '' };
    return requestAnswer(await once(this.deps, key, (deps) => extendGrant(deps, principal, id, input)));
  }

  @Post(':id/revocation')
  @Allow('grant.revoke')
  @Describe({
    summary: 'Stop access',
    description:
      'The customer, or the vendor’s security admin, ends the grant. Every connected gateway refuses its calls within a second.',
    body: { schema: revocationBody },
    idempotent: true,
    answer: { status: 200, description: 'The grant, ended.', schema: grantShape },
    errors: ['not_found', 'grant_not_active', 'conflict'],
  })
  async revoke(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() body: z.infer<typeof revocationBody>,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    await once(this.deps, key, (deps) => revokeGrant(deps, principal, id, body.reason));
    return this.read(principal, id);
  }

  @Post(':id/release')
  @Allow('grant.release')
  @Describe({
    summary: 'Give access back',
    body: { schema: noBody, optional: true },
    idempotent: true,
    answer: { status: 200, description: 'The grant, ended.', schema: grantShape },
    errors: ['not_found', 'grant_not_active', 'conflict'],
  })
  async release(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() _body: unknown,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    await once(this.deps, key, (deps) => releaseGrant(deps, principal, id));
    return this.read(principal, id);
  }
}
