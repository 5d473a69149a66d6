import { type GatewayBinding, serves, servesAll, servesService, servesTenant } from '@countersign/access';
import type { ChangeData } from '@countersign/gateway-protocol';
import {
  type BuiltChange,
  type ChangeSubject,
  type Picture,
  type ServedTo,
  subjectOfLock,
} from './feed-reader.js';

/** Whether something may matter to the gateway: it concerns everything, or what the gateway serves. */
const concerns = (binding: GatewayBinding, { tenant, service }: ChangeSubject): boolean =>
  (tenant === null || servesTenant(binding, tenant)) && (service === null || servesService(binding, service));

/** The services of a list that the gateway serves: by their name, and by the tenants that they are for. */
function ofServices(binding: GatewayBinding, servedTo: ServedTo): (service: { name: string }) => boolean {
  return ({ name }) => {
    const tenants = servedTo.get(name);
    const isForOwn = tenants === undefined || tenants.some((tenant) => servesTenant(binding, tenant));
    return isForOwn && servesService(binding, name);
  };
}

/** What a snapshot shows to a gateway: a thief of its credential learns nothing of what it does not serve. */
export function narrowPicture(binding: GatewayBinding, picture: Picture, servedTo: ServedTo): Picture {
  if (servesAll(binding)) return picture;
  const { grants, services, routeMaps, keys, tenants, locks, trust = [], stops = [], lifts = [] } = picture;
  const ofService = ofServices(binding, servedTo);
  const ofTenant = (tenant: string) => servesTenant(binding, tenant);
  return {
    keys,
    grants: grants.filter((grant) => serves(binding, grant)),
    services: services.filter(ofService),
    routeMaps: routeMaps.filter(ofService),
    tenants: tenants.filter(({ slug }) => ofTenant(slug)),
    locks: locks.filter((lock) => concerns(binding, subjectOfLock(lock))),
    trust: trust.filter(({ tenant }) => ofTenant(tenant)),
    stops: stops.filter(({ statement }) => ofTenant(statement.tenant)),
    lifts: lifts.filter(({ statement }) => ofTenant(statement.tenant)),
  };
}

/** The same for a change. A change of something that the gateway does not serve is empty. */
export function narrowChange(
  binding: GatewayBinding,
  { data, about, servedTo = new Map() }: BuiltChange,
): ChangeData {
  if (servesAll(binding)) return data;
  if (!concerns(binding, about)) return {};
  const { services, routeMaps } = data;
  if (services === undefined || routeMaps === undefined) return data;
  // Both are always whole lists.
  const ofService = ofServices(binding, servedTo);
  return { ...data, services: services.filter(ofService), routeMaps: routeMaps.filter(ofService) };
}
