import { tokenEndpoints } from '@countersign/api';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Public } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { KeyRing } from './keys.js';

@Controller('.well-known')
export class JwksController {
  constructor(
    private readonly keys: KeyRing,
    @Inject(DEPS) private readonly deps: BrokerDeps,
  ) {}

  @Get('jwks.json')
  @Public()
  @Header('Cache-Control', 'public, max-age=60')
  @Header('Content-Type', 'application/jwk-set+json')
  @Describe(tokenEndpoints.jwks)
  jwks() {
    return { keys: this.keys.published(this.deps.clock.now()) };
  }
}
