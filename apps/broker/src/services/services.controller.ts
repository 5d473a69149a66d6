import { getService, listServices, type Principal, type ServiceRecord } from '@countersign/access';
import type { Service } from '@countersign/api';
import { serviceEndpoints } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, ServiceName } from '../http/input.js';

function serviceAnswer({ definition, routes }: ServiceRecord): Service {
  const {
    name,
    upstream,
    audience,
    tenantFrom,
    tenantHeader,
    checksTenant,
    paths,
    headers = [],
    fileHosts,
    cors,
  } = definition;
  return {
    name,
    upstream,
    audience,
    tenantFrom,
    tenantHeader: tenantHeader ?? null,
    ...(checksTenant === undefined ? {} : { checksTenant }),
    ...(paths === undefined ? {} : { paths }),
    headers,
    ...(fileHosts && { fileHosts }),
    cors: cors ?? null,
    routesHash: routes,
    routes: definition.routes.map(({ query = [], repeat = [], headers: own = [], ...route }) => ({
      ...route,
      query,
      repeat,
      headers: own,
    })),
  };
}

/** Data services and their route maps. */
@Controller()
export class ServicesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(serviceEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal) {
    const services = await listServices(this.deps, principal);
    return { items: services.map(serviceAnswer), next: null };
  }

  @Endpoint(serviceEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @ServiceName() name: string) {
    return serviceAnswer(await getService(this.deps, principal, name));
  }
}
