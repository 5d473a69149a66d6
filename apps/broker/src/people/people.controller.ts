import { getPerson, type Principal } from '@countersign/access';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, Id } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component, idText } from '../openapi/components.js';

const personShape = component(
  'Person',
  z.object({
    id: idText('usr', 'The person.'),
    name: z.string(),
    email: z.string(),
    tenant: z.string().nullable().describe('Null for the vendor’s staff.'),
    roles: z.array(z.string()),
    removedAt: z.string().nullable().describe('When they left; their decisions and records stay.'),
  }),
);

/** Who the ids in requests, reviews and records stand for. */
@Controller('api/v1/people')
export class PeopleController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get(':id')
  @Allow('self.read')
  @Describe({
    summary: 'Read who a person is: vendor staff, or somebody of one’s own tenant',
    answer: { status: 200, description: 'The person.', schema: personShape },
    errors: ['not_found'],
  })
  async read(@CurrentPrincipal() principal: Principal, @Id('usr') id: string) {
    const { name, email, tenant, roles, removedAt } = await getPerson(this.deps, principal, id);
    return { id, name, email, tenant, roles, removedAt };
  }
}
