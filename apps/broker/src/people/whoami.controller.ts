import type { Principal } from '@countersign/access';
import type { Whoami } from '@countersign/api';
import { peopleEndpoints } from '@countersign/api';
import { Controller, Get } from '@nestjs/common';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';

@Controller('api/v1/whoami')
export class WhoamiController {
  @Get()
  @Allow('self.read')
  @Describe(peopleEndpoints.whoami)
  whoami(@CurrentPrincipal() { person, channel, assurance }: Principal): Whoami {
    const { id, email, name, tenant, roles } = person;
    return { person: id, email, name, tenant, roles, channel, assurance };
  }
}
