import { listGateways, type Principal } from '@countersign/access';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { FeedHub } from '../gateway-api/feed/feed-hub.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component, digestText, idText, instant, pageOf } from '../openapi/components.js';
import { presenceOf } from './presence.js';

const gatewayShape = component(
  'EnrolledGateway',
  z.object({
    id: idText('gtw', 'The gateway.'),
    name: z.string(),
    enrolledAt: instant(),
    lastInTouchAt: instant()
      .nullable()
      .describe('When it last followed the feed; null before the first time.'),
    state: z.enum(['in_touch', 'away', 'never', 'revoked']),
    pins: z
      .array(z.object({ tenant: z.string(), pinned: digestText(), current: digestText().nullable() }))
      .describe(
        'Whose trust it has pinned: fingerprint of the first version, and the version that it goes by.',
      ),
  }),
);

/** Where calls go through, for whoever watches over access. */
@Controller('api/v1/gateways')
export class GatewaysController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly feed: FeedHub,
  ) {}

  @Get()
  @Allow('gateway.read')
  @Describe({
    summary: 'List enrolled gateways and when each was last in touch',
    answer: {
      status: 200,
      description: 'All of them, newest first; `next` is null.',
      schema: pageOf('EnrolledGatewayPage', gatewayShape),
    },
  })
  async list(@CurrentPrincipal() principal: Principal) {
    const gateways = await listGateways(this.deps, principal);
    const now = this.deps.clock.now();
    const items = gateways.map((gateway) => {
      const { id, name, createdAt } = gateway;
      const pins = gateway.pins.map(({ tenant, pinned, current }) => ({ tenant, pinned, current }));
      return { id, name, enrolledAt: createdAt, ...presenceOf(gateway, this.feed.gateways, now), pins };
    });
    return { items, next: null };
  }
}
