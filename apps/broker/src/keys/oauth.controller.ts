import { type Principal, releaseGrant, serves } from '@countersign/access';
import { type Introspection, type TokenForm, tokenEndpoints } from '@countersign/api';
import { Controller, Header, Inject, Req } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal } from '../http/input.js';
import type { BrokerRequest, Caller } from '../http/request.js';
import { KeyRing } from './keys.js';
import { type LiveToken, readLiveToken } from './live-token.js';

@Controller()
export class JwksController {
  constructor(
    private readonly keys: KeyRing,
    @Inject(DEPS) private readonly deps: BrokerDeps,
  ) {}

  @Header('Cache-Control', 'public, max-age=60')
  @Header('Content-Type', 'application/jwk-set+json')
  @Endpoint(tokenEndpoints.jwks)
  jwks() {
    return { keys: this.keys.published(this.deps.clock.now()) };
  }
}

/** Introspection (RFC 7662) and revocation (RFC 7009) of grant tokens. */
@Controller()
export class OauthController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly keys: KeyRing,
  ) {}

  @Endpoint(tokenEndpoints.introspect)
  async introspect(@Req() request: BrokerRequest, @Body() form: TokenForm): Promise<Introspection> {
    const live = await readLiveToken(this.deps, this.keys, this.settings, form.token);
    if (live === null || !mayRead(live, request.caller)) return { active: false };
    const { terms, ...claims } = live.claims;
    return {
      active: true,
      token_type: 'Bearer',
      ...claims,
      authorization_details: [{ type: 'tenant_data', terms }],
    };
  }

  @Endpoint(tokenEndpoints.revoke)
  async revoke(@CurrentPrincipal() principal: Principal, @Body() form: TokenForm): Promise<void> {
    const live = await readLiveToken(this.deps, this.keys, this.settings, form.token);
    if (live !== null) await releaseGrant(this.deps, principal, live.grant.id);
  }
}

/** A gateway may read about the grants that it serves; a person only about their own and their tenant's. */
function mayRead({ grant }: LiveToken, caller: Caller | undefined): boolean {
  if (caller?.kind === 'gateway') return serves(caller.gateway, grant);
  if (caller?.kind !== 'person') return false;
  const { person } = caller.principal;
  return person.id === grant.requester || person.tenant === grant.tenant;
}
