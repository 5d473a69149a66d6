import { type Principal, releaseGrant } from '@countersign/access';
import { Controller, Inject, Post, Req } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal } from '../http/input.js';
import { Allow, ForGateways } from '../http/marks.js';
import type { BrokerRequest, Caller } from '../http/request.js';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { KeyRing } from '../keys/key-ring.js';
import { component } from '../openapi/components.js';
import { type LiveToken, readLiveToken } from './read-token.js';

const tokenForm = component(
  'TokenForm',
  // RFC 6749 §3.2: parameters that are not recognised are ignored; a token that cannot be one is merely dead.
  z.object({
    token: z.string().min(1).describe('A grant token.'),
    token_type_hint: z.string().optional(),
  }),
);
type TokenForm = z.infer<typeof tokenForm>;

const introspectionShape = component(
  'Introspection',
  z.object({
    active: z.boolean(),
    client_id: z.string().optional(),
    token_type: z.literal('Bearer').optional(),
    iss: z.string().optional(),
    aud: z.string().optional(),
    sub: z.string().optional(),
    jti: z.string().optional(),
    iat: z.int().optional(),
    nbf: z.int().optional(),
    exp: z.int().optional(),
    grant_id: z.string().optional(),
    grant_nbf: z.int().optional(),
    grant_exp: z.int().optional(),
    tenant: z.string().optional(),
    digest: z.string().optional(),
    authorization_details: z.array(z.record(z.string(), z.unknown())).optional(),
  }),
);

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
  @Describe({
    summary: 'Ask whether a token is alive (RFC 7662)',
    description:
      'For enrolled gateways, and for the engineer and the customer of the token’s grant. Everybody else learns nothing but `active: false`.',
    body: { schema: tokenForm, form: true },
    answer: { status: 200, description: 'What the token is worth now.', schema: introspectionShape },
  })
  async introspect(@Req() request: BrokerRequest, @Body() form: TokenForm) {
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
  @Describe({
    summary: 'Give access back by its token (RFC 7009)',
    description:
      'Releases the token’s whole grant, since a token alone can be minted again. A dead token is no error.',
    body: { schema: tokenForm, form: true },
    answer: { status: 200, description: 'The token opens nothing any more.' },
    errors: ['not_found', 'conflict'],
  })
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
