import type { Incident, IncidentTenant } from '../domain/incident.js';
import type { ListFilter, Page, PageQuery } from './repository.js';

/** Incidents are the vendor's alone: no unit of a tenant has this repository. */
export interface IncidentRepository {
  find(id: string): Promise<Incident | null>;
  /** Newest first. `person`: who has opened them. */
  list(filter: Pick<ListFilter, 'person' | 'from' | 'to'>, page: PageQuery): Promise<Page<Incident>>;
  /** By slug. */
  tenantsOf(id: string): Promise<IncidentTenant[]>;
  insert(incident: Incident): Promise<void>;
  /** What is stored about this tenant already stays as it is. */
  addTenant(tenant: IncidentTenant): Promise<void>;
}
