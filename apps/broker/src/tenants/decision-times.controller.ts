import { decisionTimes, type Principal } from '@countersign/access';
import { tenantEndpoints } from '@countersign/api';
import { Controller, Get, Inject } from '@nestjs/common';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, Slug } from '../http/input.js';
import { type BrokerDeps, DEPS } from '../injection.js';

@Controller('api/v1/tenants/:slug/decision-times')
export class DecisionTimesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('request.read')
  @Describe(tenantEndpoints.decisionTimes)
  read(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return decisionTimes(this.deps, principal, slug);
  }
}
