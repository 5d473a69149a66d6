import type { Incident, IncidentTenant } from '../domain/incident.js';
import type { Page, PageQuery } from './repository.js';

/** Incidents are the vendor's alone: no unit of a tenant has this repository. */
export interface IncidentRepository {
  find(id: string): Promise<Incident | null>;
  /** Newest first. @param person only those that this person has opened; null: all */
  list(person: string | null, page: PageQuery): Promise<Page<Incident>>;
  /** By slug. */
  tenantsOf(id: string): Promise<IncidentTenant[]>;
  insert(incident: Incident): Promise<void>;
  /** What is stored about this tenant already stays as it is. */
  addTenant(tenant: IncidentTenant): Promise<void>;
}
