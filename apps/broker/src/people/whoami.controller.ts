import type { Principal } from '@countersign/access';
import type { Whoami } from '@countersign/api';
import { peopleEndpoints } from '@countersign/api';
import { Controller, Get } from '@nestjs/common';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { Allow } from '../http/marks.js';

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
