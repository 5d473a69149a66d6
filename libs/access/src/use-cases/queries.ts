import { notFound } from '../errors.js';
import type { Grant } from '../grant/grant.js';
import type { Person, Principal } from '../organisation/person.js';
import type { ServiceRecord } from '../organisation/records.js';
import type { AccessRecordView, ListFilter, Page, PageQuery, StoredEvent } from '../ports/repositories.js';
import type { ReadUnit } from '../ports/store.js';
import { demand } from '../roles/permissions.js';
import { canSee, logVisibility, requestVisibility, type Visibility } from '../roles/visibility.js';
import type { Deps } from './deps.js';
import { type RequestView, requestViews } from './request-view.js';

/** A read in the person's own tenant, or across tenants for vendor staff (P9). */
function readAs<T>(deps: Deps, person: Person, work: (unit: ReadUnit) => Promise<T>): Promise<T> {
  return person.tenant === null
    ? deps.store.readAsVendor(work)
    : deps.store.readForTenant(person.tenant, work);
}

/** A filter can only narrow what the person may see, never widen it; null where nothing is left. */
function narrowed(filter: ListFilter, visibility: Visibility): ListFilter | null {
  if ('all' in visibility) return filter;
  if ('tenant' in visibility)
    return filter.tenant !== undefined && filter.tenant !== visibility.tenant
      ? null
      : { ...filter, tenant: visibility.tenant };
  return filter.requester !== undefined && filter.requester !== visibility.requester
    ? null
    : { ...filter, requester: visibility.requester };
}

/** @throws AccessError `not_found` */
export function getRequest(deps: Deps, { person }: Principal, id: string): Promise<RequestView> {
  demand(person, 'request.read');
  return readAs(deps, person, async (unit) => {
    const request = await unit.requests.find(id);
    if (request === null || !canSee(requestVisibility(person), request)) throw notFound('request');
    const [view] = await requestViews(unit, [request]);
    if (view === undefined) throw notFound('request');
    return view;
  });
}

export async function listRequests(
  deps: Deps,
  { person }: Principal,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<RequestView>> {
  demand(person, 'request.read');
  const allowed = narrowed(filter, requestVisibility(person));
  if (allowed === null) return { items: [], next: null };
  return readAs(deps, person, async (unit) => {
    const { items, next } = await unit.requests.list(allowed, page);
    return { items: await requestViews(unit, items), next };
  });
}

/** @throws AccessError `not_found` */
export function getGrant(deps: Deps, { person }: Principal, id: string): Promise<Grant> {
  demand(person, 'grant.read');
  return readAs(deps, person, async (unit) => {
    const grant = await unit.grants.find(id);
    if (grant === null || !canSee(requestVisibility(person), grant)) throw notFound('grant');
    return grant;
  });
}

export async function listGrants(
  deps: Deps,
  { person }: Principal,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<Grant>> {
  demand(person, 'grant.read');
  const allowed = narrowed(filter, requestVisibility(person));
  if (allowed === null) return { items: [], next: null };
  return readAs(deps, person, (unit) => unit.grants.list(allowed, page));
}

/** Opens one tenant's log for the person. A customer sees its own and the deployment's, which every tenant may read. */
async function openLog<T>(
  deps: Deps,
  { person }: Principal,
  tenant: string,
  work: (unit: ReadUnit, own: { requester?: string }) => Promise<T>,
): Promise<T> {
  demand(person, 'log.read');
  const visibility = logVisibility(person);
  if ('tenant' in visibility && visibility.tenant !== tenant && tenant !== DEPLOYMENT)
    throw notFound('tenant');
  if (tenant !== DEPLOYMENT) {
    const known = await deps.store.readAsVendor((unit) => unit.organisation.tenant(tenant));
    if (known === null) throw notFound('tenant');
  }
  const own = 'requester' in visibility ? { requester: visibility.requester } : {};
  return deps.store.readForTenant(tenant, (unit) => work(unit, own));
}

/** The reserved slug under which the deployment's own log stands. */
export const DEPLOYMENT = 'deployment';

export function listEvents(
  deps: Deps,
  principal: Principal,
  tenant: string,
  filter: { grant?: string; from?: string; to?: string },
  page: PageQuery,
): Promise<Page<StoredEvent>> {
  return openLog(deps, principal, tenant, (unit, own) => unit.events.list({ ...filter, ...own }, page));
}

export function listRecords(
  deps: Deps,
  principal: Principal,
  tenant: string,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<AccessRecordView>> {
  return openLog(deps, principal, tenant, (unit, own) => {
    const person = own.requester;
    if (person !== undefined && filter.person !== undefined && filter.person !== person)
      return Promise.resolve({ items: [], next: null });
    return unit.records.list({ ...filter, tenant, ...(person === undefined ? {} : { person }) }, page);
  });
}

/** The service with its routes, for whoever asks what can be asked for. @throws AccessError `not_found` */
export function getService(deps: Deps, { person }: Principal, name: string): Promise<ServiceRecord> {
  demand(person, 'service.read');
  return readAs(deps, person, async (unit) => {
    const service = await unit.organisation.service(name);
    if (service === null) throw notFound('service');
    return service;
  });
}
