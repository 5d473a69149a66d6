import { organisationNames, type Principal } from '@countersign/access';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component } from '../openapi/components.js';

const namesShape = component(
  'OrganisationNames',
  z.object({
    vendor: z.object({ name: z.string() }),
    tenants: z.array(z.object({ slug: z.string(), name: z.string() })),
  }),
);

@Controller('api/v1/organisation')
export class OrganisationController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('self.read')
  @Describe({
    summary: 'Names of the vendor and its tenants',
    description: 'A customer’s people see the vendor and their own tenant.',
    answer: { status: 200, description: 'The names.', schema: namesShape },
  })
  read(@CurrentPrincipal() principal: Principal) {
    return organisationNames(this.deps, principal);
  }
}
