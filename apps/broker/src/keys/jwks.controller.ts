import { Controller, Get, Header, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Public } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component } from '../openapi/components.js';
import { KeyRing } from './key-ring.js';

const jwksShape = component(
  'Jwks',
  z.object({ keys: z.array(z.record(z.string(), z.unknown())).describe('RFC 7517.') }),
);

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
  @Describe({
    summary: 'The keys that verify grant tokens',
    description: 'For third parties that check tokens. Enrolled gateways believe the feed alone.',
    answer: { status: 200, description: 'A JWK set.', schema: jwksShape, type: 'application/jwk-set+json' },
  })
  jwks() {
    return { keys: this.keys.published(this.deps.clock.now()) };
  }
}
