import type { SignedStop } from '@countersign/gateway-protocol';

/** What stands in place of a digest where all of a tenant is stopped. */
const ALL = '*';

/** The stops in force, found by what they stop: a call asks twice, however many there are, of its own tenant or of others. */
export class StopsInForce {
  /** By the hash of the statement, for each tenant. */
  private readonly byTenant = new Map<string, Map<string, SignedStop>>();
  /** How many stop the same, by `TENANT DIGEST`. */
  private readonly counts = new Map<string, number>();

  /** What of tenant and digest is stopped, in words; undefined where nothing is. */
  on({ tenant, digest }: { tenant: string; digest: string }): string | undefined {
    if (!this.byTenant.has(tenant)) return undefined;
    if (this.counts.has(placeOf(tenant, ALL))) return 'the customer has stopped all access';
    if (this.counts.has(placeOf(tenant, digest))) return 'the customer has stopped this grant';
    return undefined;
  }

  has(tenant: string, hash: string): boolean {
    return this.byTenant.get(tenant)?.has(hash) === true;
  }

  add(hash: string, stop: SignedStop): void {
    const { tenant, digest } = stop.statement;
    if (this.has(tenant, hash)) return;
    this.byTenant.set(tenant, (this.byTenant.get(tenant) ?? new Map()).set(hash, stop));
    this.count(placeOf(tenant, digest), 1);
  }

  /** Ends a stop of this tenant; one that it does not have is none of its own. */
  delete(tenant: string, hash: string): void {
    const stops = this.byTenant.get(tenant);
    const stop = stops?.get(hash);
    if (stops === undefined || stop === undefined) return;
    stops.delete(hash);
    if (stops.size === 0) this.byTenant.delete(tenant);
    this.count(placeOf(tenant, stop.statement.digest), -1);
  }

  *all(): Generator<SignedStop> {
    for (const stops of this.byTenant.values()) yield* stops.values();
  }

  private count(place: string, by: 1 | -1): void {
    const count = (this.counts.get(place) ?? 0) + by;
    if (count === 0) this.counts.delete(place);
    else this.counts.set(place, count);
  }
}

const placeOf = (tenant: string, digest: string = ALL): string => `${tenant} ${digest}`;
