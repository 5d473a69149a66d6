import { type EnrolledGateway, type GatewayPin, recordPins } from '@countersign/access';
import { parsePins } from '@countersign/gateway-protocol';
import { Controller, Inject, Post } from '@nestjs/common';
import { ForGateways } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentGateway } from '../http/input.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { gatewayApiEndpoints } from './gateway-endpoints.js';

/** For enrolled gateways alone; docs/feed.md has the shapes. */
@Controller('gateway/v1/pins')
export class PinsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @ForGateways()
  @Describe(gatewayApiEndpoints.pins)
  async note(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<void> {
    const pins = parsePins(body).pins.map(
      ({ next, ...pin }): GatewayPin => (next === undefined ? pin : { ...pin, next }),
    );
    await recordPins(this.deps, gateway, pins);
  }
}
