import { getPerson, type Principal, permissionsOf, readChosenZone } from '@countersign/access';
import { peopleEndpoints, type Whoami } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, Id } from '../http/input.js';
import { personAnswer, shownFacts } from './person-answers.js';

/** The people whose ids are in requests, reviews and records. */
@Controller()
export class PeopleController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(peopleEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('usr') id: string) {
    return personAnswer(await getPerson(this.deps, principal, id));
  }
}

@Controller()
export class WhoamiController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(peopleEndpoints.whoami)
  async whoami(@CurrentPrincipal() principal: Principal): Promise<Whoami> {
    const { person, channel, assurance, authenticatedAt = null } = principal;
    const { id, email, name, tenant, roles } = person;
    const permissions = permissionsOf(principal);
    const facts = shownFacts(person);
    return {
      person: id,
      email,
      name,
      tenant,
      roles,
      ...facts,
      zone: await readChosenZone(this.deps, principal),
      channel,
      assurance,
      authenticatedAt,
      permissions,
    };
  }
}
