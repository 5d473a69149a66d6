import type { ServiceRecord } from '../../domain/organisation.js';
import {
  canSee,
  hasPermission,
  logVisibility,
  requestVisibility,
  requirePermission,
} from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { notFound } from '../../errors.js';
import type {
  AccessRecordView,
  ListFilter,
  Page,
  PageQuery,
  ReadUnit,
  StoredEvent,
} from '../../ports/index.js';
import {
  type EarlierDenial,
  earlierDenials,
  type RequestView,
  requestViews,
} from '../requests/read-requests.js';
import type { Deps } from './deps.js';
import { demandTenant } from './locate.js';
import { narrowed, readAs } from './read-as.js';

/** A request; whoever may review it also sees what was denied before. @throws AccessError `not_found` */
export function getRequest(
  deps: Deps,
  { person }: Principal,
  id: string,
): Promise<RequestView & { denials: EarlierDenial[] }> {
  requirePermission(person, 'request.read');
  return readAs(deps, person, async (unit) => {
    const request = await unit.requests.find(id);
    if (request === null || !canSee(requestVisibility(person), request)) throw notFound('request');
    const [view] = await requestViews(unit, [request]);
    if (view === undefined) throw notFound('request');
    const mayReview = hasPermission(person, 'request.review') && person.id !== request.requester;
    return { ...view, denials: mayReview ? await earlierDenials(unit, request) : [] };
  });
}

export async function listRequests(
  deps: Deps,
  { person }: Principal,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<RequestView>> {
  requirePermission(person, 'request.read');
  const allowed = narrowed(filter, requestVisibility(person));
  if (allowed === null) return { items: [], next: null };
  return readAs(deps, person, async (unit) => {
    const { items, next } = await unit.requests.list(allowed, page);
    return { items: await requestViews(unit, items), next };
  });
}

/** Opens one tenant's log for the person. A customer sees its own and the deployment's, which every tenant may read. */
async function openLog<T>(
  deps: Deps,
  { person }: Principal,
  tenant: string,
  work: (unit: ReadUnit, own: { requester?: string }) => Promise<T>,
): Promise<T> {
  requirePermission(person, 'log.read');
  const visibility = logVisibility(person);
  if ('tenant' in visibility && visibility.tenant !== tenant && tenant !== DEPLOYMENT)
    throw notFound('tenant');
  // A tenant that has left keeps its log, and whoever audits may still read it.
  if (tenant !== DEPLOYMENT) await demandTenant(deps, tenant);
  const own = 'requester' in visibility ? { requester: visibility.requester } : {};
  return deps.store.readForTenant(tenant, (unit) => work(unit, own));
}

/** The reserved slug under which the deployment's own log stands. */
export const DEPLOYMENT = 'deployment';

export function listEvents(
  deps: Deps,
  principal: Principal,
  tenant: string,
  filter: Pick<ListFilter, 'tenant' | 'request' | 'grant' | 'person' | 'from' | 'to'>,
  page: PageQuery,
): Promise<Page<StoredEvent>> {
  return openLog(deps, principal, tenant, (unit, own) => {
    if (contradicts(filter, tenant, own)) return Promise.resolve(NOTHING);
    const { tenant: _same, person, ...rest } = filter;
    const requester = own.requester ?? person;
    return unit.events.list({ ...rest, ...(requester === undefined ? {} : { requester }) }, page);
  });
}

export function listRecords(
  deps: Deps,
  principal: Principal,
  tenant: string,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<AccessRecordView>> {
  return openLog(deps, principal, tenant, (unit, own) => {
    if (contradicts(filter, tenant, own)) return Promise.resolve(NOTHING);
    const person = own.requester;
    return unit.records.list({ ...filter, tenant, ...(person === undefined ? {} : { person }) }, page);
  });
}

const NOTHING = { items: [], next: null };

/** True where a filter asks for what the opened log does not show: another tenant, or somebody else's calls. */
function contradicts(
  filter: Pick<ListFilter, 'tenant' | 'person'>,
  tenant: string,
  { requester }: { requester?: string },
): boolean {
  if (filter.tenant !== undefined && filter.tenant !== tenant) return true;
  return requester !== undefined && filter.person !== undefined && filter.person !== requester;
}

/** The service with its routes, for whoever asks what can be asked for. @throws AccessError `not_found` */
export function getService(deps: Deps, { person }: Principal, name: string): Promise<ServiceRecord> {
  requirePermission(person, 'service.read');
  return readAs(deps, person, async (unit) => {
    const service = await unit.organisation.service(name);
    if (service === null) throw notFound('service');
    return service;
  });
}

/** All services that may be asked for, by name. Their maps stand in the deployment's log, which everybody may read. */
export function listServices(deps: Deps, { person }: Principal): Promise<ServiceRecord[]> {
  requirePermission(person, 'service.read');
  return deps.store.directory.read((unit) => unit.organisation.services());
}

/**
 * Who an id stands for, people who have left included: decisions and records name them. A customer sees the
 * vendor's staff and its own people, never another tenant's (P9).
 *
 * @throws AccessError `not_found`
 */
export function getPerson(deps: Deps, { person }: Principal, id: string): Promise<Person> {
  requirePermission(person, 'self.read');
  return readAs(deps, person, async (unit) => {
    const found = await unit.organisation.person(id);
    if (found === null) throw notFound('person');
    return found;
  });
}
