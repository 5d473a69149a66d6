import type { Refusal } from '../errors.js';

/** One incident of the vendor's for which an engineer requests access to several tenants at once. No tenant knows of it. */
export interface Incident {
  /** `inc_…` */
  id: string;
  /** For the vendor's people alone. */
  title: string;
  person: string;
  createdAt: string;
}

/** What became of the request to one tenant: a request of its own, or why none was made. */
export interface IncidentTenant {
  incident: string;
  tenant: string;
  request: string | null;
  refusals: Refusal[];
}

/** One incident concerns at most so many tenants. */
export const MAX_INCIDENT_TENANTS = 100;
