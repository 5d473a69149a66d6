import type { TenantRecord } from '../../../domain/organisation.js';
import type { Person } from '../../../domain/person.js';
import type { VendorUnit } from '../../../ports/index.js';
import type { HostWidening } from '../../shared/claimed-tenant.js';

/** One difference between the file and the store. `before` and `after` are plain data; null if there is nothing. */
export interface OrganisationChange {
  /**
   * `propose`: it waits for the tenant's own people, or for the delay that its controls require; until then it has no effect.
   * `skip`: a person who is left out, because a SCIM client has made them on the other side (P2).
   */
  action: 'add' | 'change' | 'remove' | 'propose' | 'skip';
  kind: 'vendor' | 'coverage' | 'person' | 'service' | 'tenant';
  /** An e-mail address (with its tenant), a service's name, or a tenant's slug. */
  name: string;
  before: unknown;
  after: unknown;
  /** Only of `skip`: the side whose client has made them, a tenant's slug or `vendor`. */
  heldBy?: string;
}

/** One difference, and how the store is changed to remove it. */
export interface OrganisationStep {
  change: OrganisationChange;
  /** Set if the step widens a tenant, which the host may not do to a claimed tenant. */
  widens?: HostWidening;
  /** The tenant as stored, and as in the file. */
  tenant?: { before: TenantRecord; after: TenantRecord };
  /** The person after the step. */
  person?: Person;
  /** @param at the instant of the change, which events and rows get */
  apply(unit: VendorUnit, at: string): Promise<void>;
}

/** Whether two plain values are the same. Ignores the order of keys, and treats undefined as absent. */
export const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
