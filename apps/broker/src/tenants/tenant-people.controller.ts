import {
  addTenantPerson,
  changeTenantPerson,
  listTenantPeople,
  type Person,
  type Principal,
  removeTenantPerson,
} from '@countersign/access';
import { tenantPersonShape } from '@countersign/config';
import { Controller, Delete, Get, Inject, Patch, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Slug } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { given } from '../http/page.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component, idText, instant, pageOf } from '../openapi/components.js';
import { UNTIL_CLAIMED } from './until-claimed.js';

/** The same members by the same rules as in the organisation file. */
const personBody = component('TenantPersonBody', tenantPersonShape);
const changeBody = component(
  'TenantPersonChange',
  z.strictObject({
    name: tenantPersonShape.shape.name.optional(),
    roles: tenantPersonShape.shape.roles.optional(),
  }),
);
const personShape = component(
  'TenantPerson',
  z.object({
    id: idText('usr', 'The person.'),
    name: z.string(),
    email: z.string(),
    roles: z.array(z.string()),
    removedAt: instant().nullable().describe('When they left; their decisions stay.'),
  }),
);
const DESCRIPTION = `For the tenant’s admins; not in a session by mailed code. The last admin stays, and so do as many approvers as the controls ask for. ${UNTIL_CLAIMED}`;

/** Who works for a customer, kept by its own admins. */
@Controller('api/v1/tenants/:slug/people')
export class TenantPeopleController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('people.read')
  @Describe({
    summary: 'List a tenant’s people',
    answer: {
      status: 200,
      description: 'All of them, by name, who has left last; `next` is null.',
      schema: pageOf('TenantPersonPage', personShape),
    },
    errors: ['not_found'],
  })
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    const people = await listTenantPeople(this.deps, principal, slug);
    return { items: people.map(personAnswer), next: null };
  }

  @Post()
  @Allow('people.write')
  @Describe({
    summary: 'Take somebody in',
    description: DESCRIPTION,
    body: { schema: personBody },
    answer: { status: 201, description: 'The person.', schema: personShape },
    errors: ['not_found', 'conflict'],
  })
  async add(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: z.infer<typeof personBody>,
  ) {
    return personAnswer(await addTenantPerson(this.deps, principal, slug, body));
  }

  @Patch(':id')
  @Allow('people.write')
  @Describe({
    summary: 'Change somebody’s name or roles',
    description: `${DESCRIPTION} \`conflict\` where the tenant’s provider gives the roles by groups.`,
    body: { schema: changeBody },
    answer: { status: 200, description: 'The person.', schema: personShape },
    errors: ['not_found', 'conflict'],
  })
  async change(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('usr') id: string,
    @Body() body: z.infer<typeof changeBody>,
  ) {
    return personAnswer(await changeTenantPerson(this.deps, principal, slug, id, given(body)));
  }

  @Delete(':id')
  @Allow('people.write')
  @Describe({
    summary: 'Let somebody go',
    description: `Signed out everywhere at once; their keys are revoked and their open reviews void. ${DESCRIPTION}`,
    answer: { status: 200, description: 'The person, removed.', schema: personShape },
    errors: ['not_found', 'conflict'],
  })
  async remove(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('usr') id: string) {
    return personAnswer(await removeTenantPerson(this.deps, principal, slug, id));
  }
}

const personAnswer = ({ id, name, email, roles, removedAt }: Person) => ({
  id,
  name,
  email,
  roles,
  removedAt,
});
