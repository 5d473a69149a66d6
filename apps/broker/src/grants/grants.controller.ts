import {
  extendGrant,
  getGrant,
  type IdempotencyKey,
  listGrants,
  mintToken,
  type Principal,
  releaseGrant,
  revokeGrant,
} from '@countersign/access';
import {
  type ExtensionBody,
  type GrantListQuery,
  type GrantToken,
  grantEndpoints,
  type RevocationBody,
} from '@countersign/api';
import { isId, parseDuration } from '@countersign/contract';
import { Controller, Get, Header, Inject, Post } from '@nestjs/common';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { given, pageAnswer, readPage } from '../http/page.js';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { BrokerTokenMinter } from '../keys/keys.js';
import { requestAnswer } from '../requests/request-answers.js';
import { grantAnswer } from './grant-answer.js';

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
  @Describe(grantEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Query() query: GrantListQuery) {
    const { cursor, limit, person, ...rest } = query;
    const page = readPage({ cursor, limit }, (text) => isId('grt', text));
    const filter = given({ ...rest, requester: person });
    return pageAnswer(await listGrants(this.deps, principal, filter, page), (view) =>
      grantAnswer(view, this.settings.gatewayUrl),
    );
  }

  @Get(':id')
  @Allow('grant.read')
  @Describe(grantEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('grt') id: string) {
    return grantAnswer(await getGrant(this.deps, principal, id), this.settings.gatewayUrl);
  }

  /** Takes no `Idempotency-Key`: the answer is a secret and is kept nowhere. */
  @Post(':id/tokens')
  @Allow('grant.token')
  @Header('Cache-Control', 'no-store')
  @Describe(grantEndpoints.token)
  async token(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() _body: unknown,
  ): Promise<GrantToken> {
    const minted = await mintToken(this.deps, this.minter, principal, id);
    return { access_token: minted.token, token_type: 'Bearer', expires_in: minted.expiresIn };
  }

  @Post(':id/extension')
  @Allow('grant.extend')
  @Describe(grantEndpoints.extend)
  async extend(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() body: ExtensionBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const input = { seconds: parseDuration(body.duration) ?? 0, justification: body.justification ?? '' };
    return requestAnswer(await extendGrant(this.deps, principal, id, input, { idempotency: key }));
  }

  @Post(':id/revocation')
  @Allow('grant.revoke')
  @Describe(grantEndpoints.revoke)
  async revoke(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() body: RevocationBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    await revokeGrant(this.deps, principal, id, body.reason, { idempotency: key });
    return this.read(principal, id);
  }

  @Post(':id/release')
  @Allow('grant.release')
  @Describe(grantEndpoints.release)
  async release(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() _body: unknown,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    await releaseGrant(this.deps, principal, id, { idempotency: key });
    return this.read(principal, id);
  }
}
