import {
  type FeedUnit,
  isLift,
  isStop,
  type RelayedStop,
  type Stop,
  type TrustVersion,
} from '@countersign/access';
import type { ChangeData, FeedTrust } from '@countersign/gateway-protocol';

/** What customers have signed and gateways judge by themselves; the feed only brings it. */
export async function trustPicture(unit: Pick<FeedUnit, 'trust' | 'stops' | 'relayed'>) {
  const judged = feedStops(await unit.stops.all());
  const relayed = feedRelayed(await unit.relayed.ofEnrolled());
  return {
    trust: feedTrust(await unit.trust.chains()),
    stops: [...judged.stops, ...relayed.stops],
    lifts: [...judged.lifts, ...relayed.lifts],
  };
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

type FeedStops = Required<Pick<ChangeData, 'stops' | 'lifts'>>;

/** What this broker could not judge, as it came: gateways tell what of it counts. */
export function feedRelayed(relayed: readonly RelayedStop[]): FeedStops {
  const signatures = relayed.map(({ signature }) => signature);
  return { stops: signatures.filter(isStop), lifts: signatures.filter(isLift) };
}

/** Stops in force, and every lift: who was away must learn of the end of what it holds. */
export function feedStops(stops: readonly Stop[]): FeedStops {
  const standing = stops.filter(({ lift }) => lift === null);
  return {
    stops: standing.map(({ signature }) => signature),
    lifts: stops.flatMap(({ lift }) => (lift === null ? [] : [lift])),
  };
}
