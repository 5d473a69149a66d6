import { organisationNames, type Principal } from '@countersign/access';
import { tenantEndpoints } from '@countersign/api';
import { Controller, Get, Inject } from '@nestjs/common';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { type BrokerDeps, DEPS } from '../injection.js';

@Controller('api/v1/organisation')
export class OrganisationController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('self.read')
  @Describe(tenantEndpoints.names)
  read(@CurrentPrincipal() principal: Principal) {
    return organisationNames(this.deps, principal);
  }
}
