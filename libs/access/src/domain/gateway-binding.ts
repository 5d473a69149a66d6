import { DEPLOYMENT_SLUG } from '@countersign/contract';

/**
 * What an enrolled gateway may serve: names of services and slugs of tenants. Null means all of them, later ones included.
 * It is set at enrolment and never changes: a gateway that should serve something else is enrolled again.
 *
 * The broker applies it to everything that the gateway's credential opens, so that a stolen credential reads and forges
 * nothing of the others.
 */
export interface GatewayBinding {
  services: string[] | null;
  tenants: string[] | null;
}

const includes = (names: readonly string[] | null, name: string): boolean =>
  names === null || names.includes(name);

export const servesTenant = ({ tenants }: Pick<GatewayBinding, 'tenants'>, tenant: string): boolean =>
  includes(tenants, tenant);

export const servesService = ({ services }: Pick<GatewayBinding, 'services'>, service: string): boolean =>
  includes(services, service);

/** Whether the gateway may serve this tenant's data in this service. */
export const serves = (
  binding: GatewayBinding,
  { tenant, service }: { tenant: string; service: string },
): boolean => servesTenant(binding, tenant) && servesService(binding, service);

/**
 * Whether the gateway may write into this log: the logs of the tenants that it serves, and the deployment's. A record
 * from it in any other log would never verify, and that customer has nothing to do with this gateway.
 */
export const writesInto = (binding: Pick<GatewayBinding, 'tenants'>, log: string): boolean =>
  log === DEPLOYMENT_SLUG || servesTenant(binding, log);

/** A gateway that serves everything. */
export const EVERYTHING: GatewayBinding = { services: null, tenants: null };

/** Whether the gateway may serve everything. */
export const servesAll = ({ services, tenants }: GatewayBinding): boolean =>
  services === null && tenants === null;
