import { type EnrolledGateway, listGateways, type Principal } from '@countersign/access';
import { gatewayEndpoints } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { FeedHub } from '../gateway-api/feed/feed-hub.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';

/** Enrolled gateways, for the people who supervise access. */
@Controller()
export class GatewaysController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly feed: FeedHub,
  ) {}

  @Endpoint(gatewayEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal) {
    const gateways = await listGateways(this.deps, principal);
    const now = this.deps.clock.now();
    const items = gateways.map((gateway) => {
      const { id, name, services, tenants, createdAt, version } = gateway;
      const pins = gateway.pins.map(({ tenant, pinned, current }) => ({ tenant, pinned, current }));
      const presence = presenceOf(gateway, this.feed.gateways, now);
      return { id, name, services, tenants, enrolledAt: createdAt, ...presence, version, pins };
    });
    return { items, next: null };
  }
}

export type GatewayState = 'in_touch' | 'away' | 'never' | 'revoked';

/** Longer than a busy broker takes between two updates of the store. */
const AWAY_AFTER_MS = 150_000;

/**
 * When a gateway was last connected, and whether it is connected now. `here` are the gateways on this broker's own feed;
 * for the others the store is accurate to about a minute.
 */
export function presenceOf(
  { id, lastSeenAt, revokedAt }: EnrolledGateway,
  here: readonly string[],
  now: Date,
): { lastInTouchAt: string | null; state: GatewayState } {
  if (revokedAt !== null) return { lastInTouchAt: lastSeenAt, state: 'revoked' };
  if (here.includes(id)) return { lastInTouchAt: now.toISOString(), state: 'in_touch' };
  if (lastSeenAt === null) return { lastInTouchAt: null, state: 'never' };
  const isAway = now.getTime() - Date.parse(lastSeenAt) > AWAY_AFTER_MS;
  return { lastInTouchAt: lastSeenAt, state: isAway ? 'away' : 'in_touch' };
}
