import type { Visibility } from '../../domain/permissions.js';
import type { Person } from '../../domain/person.js';
import type { ListFilter, ReadUnit } from '../../ports/index.js';
import type { Deps } from './deps.js';

/** A read in the person's own tenant, or across tenants for vendor staff (P9). */
export function readAs<T>(deps: Deps, person: Person, work: (unit: ReadUnit) => Promise<T>): Promise<T> {
  return person.tenant === null
    ? deps.store.readAsVendor(work)
    : deps.store.readForTenant(person.tenant, work);
}

/** A filter can only narrow what the person may see, never widen it; null where nothing is left. */
export function narrowed(filter: ListFilter, visibility: Visibility): ListFilter | null {
  if ('all' in visibility) return filter;
  if ('tenant' in visibility)
    return filter.tenant !== undefined && filter.tenant !== visibility.tenant
      ? null
      : { ...filter, tenant: visibility.tenant };
  return filter.requester !== undefined && filter.requester !== visibility.requester
    ? null
    : { ...filter, requester: visibility.requester };
}
