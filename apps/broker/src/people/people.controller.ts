import { getPerson, type Principal } from '@countersign/access';
import { peopleEndpoints } from '@countersign/api';
import { Controller, Get, Inject } from '@nestjs/common';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, Id } from '../http/input.js';
import { type BrokerDeps, DEPS } from '../injection.js';

/** Who the ids in requests, reviews and records stand for. */
@Controller('api/v1/people')
export class PeopleController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get(':id')
  @Allow('self.read')
  @Describe(peopleEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('usr') id: string) {
    const { name, email, tenant, roles, removedAt } = await getPerson(this.deps, principal, id);
    return { id, name, email, tenant, roles, removedAt };
  }
}
