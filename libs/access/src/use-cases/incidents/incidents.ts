import { type Incident, type IncidentTenant, MAX_INCIDENT_TENANTS } from '../../domain/incident.js';
import { canSee, requestVisibility, requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { AccessError, noLongerKnown, notFound } from '../../errors.js';
import type { IdempotencyKey, ListFilter, Page, PageQuery } from '../../ports/index.js';
import type { AccessRequestInput } from '../requests/draft-terms.js';
import { type RequestView, requestViews } from '../requests/read-requests.js';
import { requestAccess } from '../requests/request-access.js';
import { normaliseRequest } from '../requests/request-input.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { readAsPerson } from '../shared/visible-objects.js';

/** One access, requested of several tenants. */
export interface IncidentInput extends Omit<AccessRequestInput, 'tenant'> {
  title: string;
  tenants: readonly string[];
}

/** A line of the board. */
interface IncidentLine extends IncidentTenant {
  view: RequestView | null;
}

/** The board of an incident: who has answered. */
export interface IncidentBoard {
  incident: Incident;
  tenants: IncidentLine[];
}

/**
 * Requests the same access of several tenants. Each gets a request of its own, with its own commitments, and decides for
 * itself; what one refuses keeps no other from deciding. Nothing of a tenant's request names the incident or another tenant.
 *
 * Each request commits by itself. If the broker stops midway, the board lacks the tenants that were not reached. The same
 * call with the same `Idempotency-Key` requests access of those, and no second time of the others.
 *
 * @throws AccessError `forbidden`, `invalid_request`
 */
export async function openIncident(
  deps: Deps,
  principal: Principal,
  { title, tenants, ...access }: IncidentInput,
  { idempotency = null }: Repeatable = {},
): Promise<IncidentBoard> {
  requirePermission(principal, 'incident.open');
  const slugs = [...new Set(tenants)].sort();
  if (slugs.length === 0 || slugs.length > MAX_INCIDENT_TENANTS)
    throw new AccessError('invalid_request', `Name 1 to ${MAX_INCIDENT_TENANTS} tenants.`, {
      pointer: '/tenants',
    });
  const incident = await insertIncident(deps, principal, { ...access, title, tenants: slugs }, idempotency);
  const earlier = await deps.store.incidents.read((unit) => unit.incidents.tenantsOf(incident.id));
  const reached = new Set(earlier.map(({ tenant }) => tenant));
  for (const tenant of slugs.filter((slug) => !reached.has(slug))) {
    const key = idempotency === null ? null : keyOfTenant(idempotency, incident, tenant);
    const line = await requestOf(deps, principal, incident, { ...access, tenant }, key);
    await deps.store.incidents.write((unit) => unit.incidents.addTenant(line));
  }
  return readIncident(deps, principal, incident.id);
}

/** A key of its own for each request. No caller can send it: its route is none of the API's. */
const keyOfTenant = (key: IdempotencyKey, { id }: Incident, tenant: string): IdempotencyKey => ({
  ...key,
  route: `${key.route} ${id}`,
  key: tenant,
});

function insertIncident(
  deps: Deps,
  principal: Principal,
  { title, tenants, ...access }: IncidentInput,
  idempotency: IdempotencyKey | null,
): Promise<Incident> {
  return deps.store.incidents.write(
    async (unit) => {
      const person = await unit.organisation.person(principal.person.id);
      if (person === null) throw noLongerKnown();
      requirePermission(principal, 'incident.open', person);
      const now = deps.clock.now();
      // What is malformed is so for every tenant: then there is no incident.
      normaliseRequest({ ...access, tenant: tenants[0] ?? '' }, now);
      const createdAt = now.toISOString();
      const incident = { id: deps.ids.next('inc'), title, person: person.id, createdAt };
      await unit.incidents.insert(incident);
      // In the vendor's own log: no tenant reads it.
      const log = await unit.logOf(null);
      await log.append({
        type: 'incident.opened',
        at: createdAt,
        actor: person.id,
        data: { incident: incident.id, tenants },
        personal: { title },
      });
      return incident;
    },
    idempotencyOptions(deps, { idempotency }),
  );
}

/** A tenant's own request, or why there is none. Any other failure ends the whole, and the board shows how far it came. */
async function requestOf(
  deps: Deps,
  principal: Principal,
  { id }: Incident,
  input: AccessRequestInput,
  idempotency: IdempotencyKey | null,
): Promise<IncidentTenant> {
  const line = { incident: id, tenant: input.tenant, request: null, refusals: [] };
  try {
    const { request } = await requestAccess(deps, principal, input, { idempotency });
    return { ...line, request: request.id };
  } catch (error) {
    if (!(error instanceof AccessError) || error.code !== 'request_refused') throw error;
    return { ...line, refusals: [...error.refusals] };
  }
}

/** True if the person opened the incident, or may see all requests. */
const maySee = (person: Person, incident: Incident): boolean =>
  canSee(requestVisibility(person), { tenant: '', requester: incident.person });

/** @throws AccessError `forbidden`, `not_found` */
export async function readIncident(deps: Deps, principal: Principal, id: string): Promise<IncidentBoard> {
  requirePermission(principal, 'incident.read');
  const { person } = principal;
  const found = await deps.store.incidents.read(async (unit) => ({
    incident: await unit.incidents.find(id),
    tenants: await unit.incidents.tenantsOf(id),
  }));
  const { incident, tenants } = found;
  if (incident === null || !maySee(person, incident)) throw notFound('incident');
  const views = await readAsPerson(deps, person, async (unit) =>
    requestViews(unit, await unit.requests.findAll(tenants.flatMap(({ request }) => request ?? []))),
  );
  const byId = new Map(views.map((view) => [view.request.id, view]));
  return {
    incident,
    tenants: tenants.map((line) => ({ ...line, view: byId.get(line.request ?? '') ?? null })),
  };
}

/** Newest first. @throws AccessError `forbidden` */
export async function listIncidents(
  deps: Deps,
  principal: Principal,
  filter: Pick<ListFilter, 'person' | 'from' | 'to'>,
  page: PageQuery,
): Promise<Page<Incident>> {
  requirePermission(principal, 'incident.read');
  const own = 'all' in requestVisibility(principal.person) ? {} : { person: principal.person.id };
  // This reader may see only their own incidents, so a filter for another person finds nothing.
  if (own.person !== undefined && (filter.person ?? own.person) !== own.person)
    return { items: [], next: null };
  return deps.store.incidents.read((unit) => unit.incidents.list({ ...filter, ...own }, page));
}
