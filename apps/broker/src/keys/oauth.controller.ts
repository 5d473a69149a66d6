import { type Principal, releaseGrant } from '@countersign/access';
import { type Introspection, type TokenForm, tokenEndpoints } from '@countersign/api';
import { Controller, Inject, Post, Req } from '@nestjs/common';
import { Allow, ForGateways } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal } from '../http/input.js';
import type { BrokerRequest, Caller } from '../http/request.js';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { KeyRing } from './keys.js';
import { type LiveToken, readLiveToken } from './live-token.js';

/** RFC 7662 and RFC 7009 over grants. */
@Controller('oauth')
export class OauthController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly keys: KeyRing,
  ) {}

  @Post('introspect')
  @ForGateways({ orPeopleWith: 'self.read' })
  @Describe(tokenEndpoints.introspect)
  async introspect(@Req() request: BrokerRequest, @Body() form: TokenForm): Promise<Introspection> {
    const live = await readLiveToken(this.deps, this.keys, this.settings, form.token);
    if (live === null || !concerns(live, request.caller)) return { active: false };
    const { terms, ...claims } = live.claims;
    return {
      active: true,
      token_type: 'Bearer',
      ...claims,
      authorization_details: [{ type: 'tenant_data', terms }],
    };
  }

  @Post('revoke')
  @Allow('grant.release')
  @Describe(tokenEndpoints.revoke)
  async revoke(@CurrentPrincipal() principal: Principal, @Body() form: TokenForm): Promise<void> {
    const live = await readLiveToken(this.deps, this.keys, this.settings, form.token);
    if (live !== null) await releaseGrant(this.deps, principal, live.grant.id);
  }
}

/** A gateway serves any grant; a person is told of their own or their tenant's. */
function concerns({ grant }: LiveToken, caller: Caller | undefined): boolean {
  if (caller?.kind === 'gateway') return true;
  if (caller?.kind !== 'person') return false;
  const { person } = caller.principal;
  return person.id === grant.requester || person.tenant === grant.tenant;
}
