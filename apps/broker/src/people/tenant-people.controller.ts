import {
  addTenantPerson,
  changeTenantPerson,
  listTenantPeople,
  type Person,
  type PersonChangeView,
  type Principal,
  removeTenantPerson,
} from '@countersign/access';
import { peopleEndpoints, type TenantPersonBody, type TenantPersonChange } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Slug } from '../http/input.js';

/** The people of a tenant, managed by its own admins. */
@Controller()
export class TenantPeopleController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(peopleEndpoints.listOfTenant)
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    const people = await listTenantPeople(this.deps, principal, slug);
    return { items: people.map(personAnswer), next: null };
  }

  @Endpoint(peopleEndpoints.add)
  async add(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Body() body: TenantPersonBody) {
    return changedAnswer(await addTenantPerson(this.deps, principal, slug, body));
  }

  @Endpoint(peopleEndpoints.change)
  async change(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('usr') id: string,
    @Body() body: TenantPersonChange,
  ) {
    return changedAnswer(await changeTenantPerson(this.deps, principal, slug, id, body));
  }

  @Endpoint(peopleEndpoints.remove)
  async remove(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('usr') id: string) {
    return personAnswer(await removeTenantPerson(this.deps, principal, slug, id));
  }
}

const personAnswer = ({ id, name, email, roles, groups, removedAt }: Person) => ({
  id,
  name,
  email,
  roles,
  ...(groups === undefined ? {} : { groups }),
  removedAt,
});

const changedAnswer = ({ person, waiting }: PersonChangeView) => ({
  ...personAnswer(person),
  ...(waiting === null ? {} : { waiting: waiting.id }),
});
