import { listGateways, type Principal } from '@countersign/access';
import { gatewayEndpoints } from '@countersign/api';
import { Controller, Get, Inject } from '@nestjs/common';
import { FeedHub } from '../gateway-api/feed/feed-hub.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { presenceOf } from './presence.js';

/** Where calls go through, for whoever watches over access. */
@Controller('api/v1/gateways')
export class GatewaysController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly feed: FeedHub,
  ) {}

  @Get()
  @Allow('gateway.read')
  @Describe(gatewayEndpoints.list)
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
