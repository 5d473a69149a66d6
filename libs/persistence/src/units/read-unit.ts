import type { ReadUnit, VendorReadUnit } from '@countersign/access';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import type { RowAccess } from '../repositories/bound.js';
import { Events } from '../repositories/events.js';
import { Feed } from '../repositories/feed.js';
import { OrganisationReader } from '../repositories/organisation.js';
import type { UnitContext } from './context.js';
import { ALL_REPOSITORIES, bind, type RepositoryContext, TENANT_REPOSITORIES } from './registry.js';
import { deciderOf, readsOfDecider } from './sealed-unit.js';

const scopeOf = (manager: EntityManager, context: UnitContext, reach: RowAccess): RepositoryContext => ({
  ...{ manager, context, reach, cache: context.organisation, shared: {} },
  // Units of reads change nothing.
  beforeOrganisationChange: () => Promise.resolve(),
});

/** @param slug a tenant's, checked before */
export async function tenantReads(
  manager: EntityManager,
  context: UnitContext,
  slug: string,
): Promise<ReadUnit> {
  const scope = scopeOf(manager, context, { tenant: slug });
  const decider = await deciderOf(manager, slug);
  const members = {
    organisation: new OrganisationReader(manager, { tenant: decider }, context.organisation),
    events: new Events(manager, slug, context.hashing),
  };
  return decider === slug
    ? bind(TENANT_REPOSITORIES, scope, members)
    : bind(TENANT_REPOSITORIES, scope, { ...members, ...readsOfDecider(manager, decider) });
}

/** `events` is the deployment's log; a tenant's is read in the tenant's own unit. */
export function vendorReads(manager: EntityManager, context: UnitContext): VendorReadUnit {
  const scope = scopeOf(manager, context, 'all-tenants');
  return bind(ALL_REPOSITORIES, scope, {
    events: new Events(manager, DEPLOYMENT_SLUG, context.hashing),
    feed: new Feed(manager),
  });
}
