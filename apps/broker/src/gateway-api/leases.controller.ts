import { closeLeases, type EnrolledGateway, leaseBudget } from '@countersign/access';
import { type LeaseAnswer, parseLeaseAsk, parseLeaseClosing } from '@countersign/gateway-protocol';
import { Controller, Inject, Post } from '@nestjs/common';
import { ForGateways } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentGateway } from '../http/input.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { gatewayApiEndpoints } from './gateway-endpoints.js';

/** How gateways share the budget of a grant; docs/feed.md has the shapes. */
@Controller('gateway/v1/leases')
export class LeasesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @ForGateways()
  @Describe(gatewayApiEndpoints.lease)
  lease(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<LeaseAnswer> {
    return leaseBudget(this.deps, gateway.id, parseLeaseAsk(body));
  }

  @Post('closed')
  @ForGateways()
  @Describe(gatewayApiEndpoints.closeLeases)
  async close(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<void> {
    await closeLeases(this.deps, gateway.id, parseLeaseClosing(body).boots);
  }
}
