import { getService, listServices, type Principal, type ServiceRecord } from '@countersign/access';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, ServiceName } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component, digestText, pageOf } from '../openapi/components.js';

const serviceShape = component(
  'Service',
  z.object({
    name: z.string(),
    upstream: z.string(),
    audience: z.string(),
    tenantFrom: z.enum(['path', 'host', 'header', 'service']),
    tenantHeader: z.string().nullable(),
    routesHash: digestText().describe('The hash that terms name in `routes`.'),
    routes: z.array(
      z.object({
        method: z.string(),
        path: z.string(),
        resource: z.string(),
        action: z.string(),
        query: z.union([z.literal('any'), z.array(z.string())]),
      }),
    ),
  }),
);
const servicePage = pageOf('ServicePage', serviceShape);

function serviceAnswer({ definition, routes }: ServiceRecord): z.infer<typeof serviceShape> {
  const { name, upstream, audience, tenantFrom, tenantHeader } = definition;
  return {
    name,
    upstream,
    audience,
    tenantFrom,
    tenantHeader: tenantHeader ?? null,
    routesHash: routes,
    routes: definition.routes.map((route) => ({ ...route, query: route.query ?? [] })),
  };
}

/** What can be asked for: data services and what their routes mean. */
@Controller('api/v1/services')
export class ServicesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('service.read')
  @Describe({
    summary: 'List data services',
    answer: { status: 200, description: 'All of them, by name; `next` is null.', schema: servicePage },
  })
  async list(@CurrentPrincipal() principal: Principal) {
    const services = await listServices(this.deps, principal);
    return { items: services.map(serviceAnswer), next: null };
  }

  @Get(':name')
  @Allow('service.read')
  @Describe({
    summary: 'Read a data service with its route map',
    answer: { status: 200, description: 'The service.', schema: serviceShape },
    errors: ['not_found'],
  })
  async read(@CurrentPrincipal() principal: Principal, @ServiceName() name: string) {
    return serviceAnswer(await getService(this.deps, principal, name));
  }
}
