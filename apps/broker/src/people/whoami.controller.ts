import type { Principal } from '@countersign/access';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { component, idText } from '../openapi/components.js';

const whoamiShape = component(
  'Whoami',
  z.object({
    person: idText('usr', 'The person.'),
    email: z.string(),
    name: z.string(),
    tenant: z.string().nullable().describe('Null for the vendor’s staff.'),
    roles: z.array(z.string()),
    channel: z.enum(['web', 'api', 'slack']),
    assurance: z.enum(['api-key', 'mail-code', 'oidc', 'slack', 'passkey']),
  }),
);

@Controller('api/v1/whoami')
export class WhoamiController {
  @Get()
  @Allow('self.read')
  @Describe({
    summary: 'Who the key belongs to',
    answer: { status: 200, description: 'The person.', schema: whoamiShape },
  })
  whoami(@CurrentPrincipal() { person, channel, assurance }: Principal): z.infer<typeof whoamiShape> {
    const { id, email, name, tenant, roles } = person;
    return { person: id, email, name, tenant, roles, channel, assurance };
  }
}
