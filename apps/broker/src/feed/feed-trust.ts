import type { Stop, TrustVersion, VendorReadUnit } from '@countersign/access';
import type { ChangeData, FeedTrust } from '@countersign/gateway-protocol';

/** What customers have signed and gateways judge by themselves; the feed only brings it. */
export async function trustPicture(unit: Pick<VendorReadUnit, 'trustChains' | 'allStops'>) {
  return { trust: feedTrust(await unit.trustChains()), ...feedStops(await unit.allStops()) };
}

/** Versions of any number of tenants, each tenant's oldest first, as one chain a tenant. */
export function feedTrust(versions: readonly TrustVersion[]): FeedTrust[] {
  const chains = new Map<string, FeedTrust>();
  for (const { tenant, document, signatures } of versions) {
    const known = chains.get(tenant) ?? { tenant, chain: [] };
    known.chain.push({ document, signatures });
    chains.set(tenant, known);
  }
  return [...chains.values()];
}

/** Stops in force, and every lift: who was away must learn of the end of what it holds. */
export function feedStops(stops: readonly Stop[]): Required<Pick<ChangeData, 'stops' | 'lifts'>> {
  const standing = stops.filter(({ lift }) => lift === null);
  return {
    stops: standing.map(({ signature }) => signature),
    lifts: stops.flatMap(({ lift }) => (lift === null ? [] : [lift])),
  };
}
