import { type EnrolledGateway, takeReportedStop } from '@countersign/access';
import { Controller, Inject, Post } from '@nestjs/common';
import { ForGateways } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentGateway } from '../http/input.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { gatewayApiEndpoints, type HandedStop } from './gateway-endpoints.js';

/** For enrolled gateways alone; docs/feed.md has the shapes. */
@Controller('gateway/v1/stops')
export class HandedStopsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @ForGateways()
  @Describe(gatewayApiEndpoints.stop)
  async take(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() { countersignature }: HandedStop,
  ): Promise<void> {
    await takeReportedStop(this.deps, gateway, countersignature);
  }
}
