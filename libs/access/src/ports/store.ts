import type { DeploymentPorts } from './deployment.js';
import type { Owner, ReadUnit, TenantUnit, VendorReadUnit, VendorUnit } from './units.js';

/** What a caller sends along so that a repeated POST has one effect (docs/contract.md, HTTP API). */
export interface IdempotencyKey {
  principal: string;
  /** Method and route, so that one key may serve different calls. */
  route: string;
  key: string;
  /** SHA-256 of the raw body. */
  bodyHash: string;
}

export interface UnitOptions {
  /**
   * The unit stores its result under this key, in its own transaction. A repetition gets the first result and changes
   * nothing, even if both arrive at once. Results must be plain data, and must not carry secrets.
   */
  idempotency?: (IdempotencyKey & { now: Date }) | undefined;
}

/** An object whose tenant is not known yet. The unit looks it up in its own transaction. */
export interface Whereabouts {
  kind: 'request' | 'grant';
  id: string;
  /** Whether the caller may know of it: if not, it does not exist. */
  sees(owner: Owner): boolean;
}

/**
 * The store. A unit of work is opened for one tenant or as the vendor (P9); inside, code is handed only repositories
 * bound to that transaction. A unit that throws leaves nothing behind. Writing units of one tenant never interleave.
 */
export interface Store extends DeploymentPorts {
  /** `dep_…` */
  readonly deployment: string;
  /**
   * @throws AccessError `not_found` if the tenant is that of an object which the caller may not see,
   *   `idempotency_key_reused` if the key came with another body
   */
  forTenant<T>(
    tenant: string | Whereabouts,
    work: (unit: TenantUnit) => Promise<T>,
    options?: UnitOptions,
  ): Promise<T>;
  readForTenant<T>(slug: string, work: (unit: ReadUnit) => Promise<T>): Promise<T>;
  /**
   * After an erasure: has the engine overwrite what it has deleted. SQLite drops its write-ahead log; PostgreSQL does this
   * by vacuum, in its own time.
   *
   * @returns false if a reader still needs the old pages: call again later
   */
  scrubDeleted(): Promise<boolean>;
  /** Across tenants. Only the modules that biome.json lists may: the others use a narrow port. */
  asVendor<T>(work: (unit: VendorUnit) => Promise<T>, options?: UnitOptions): Promise<T>;
  readAsVendor<T>(work: (unit: VendorReadUnit) => Promise<T>): Promise<T>;
}
