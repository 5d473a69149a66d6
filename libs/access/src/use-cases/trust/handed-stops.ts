import { notFound } from '../../errors.js';
import type { EnrolledGateway } from '../../ports/index.js';
import type { SigningDeps } from '../shared/deps.js';
import { isVerifiableHere, keepReportedStop, parseReportedStop } from './judge-handed.js';
import { relayStop, reviewRelayedStops } from './relayed-stops.js';

/**
 * A stop or lift that a customer handed in at a gateway, perhaps while this broker was away, and that the gateway passes on:
 * so that all others hear of it. It counts by its signature alone; one that is known changes nothing. One that this broker
 * cannot judge counts for nothing here and reaches the others all the same: each of them judges by itself.
 *
 * @param given the signature as it came
 * @throws AccessError `invalid_request`, `not_found` for a tenant that is not known, `conflict` if this gateway has
 *   passed on too many that cannot be judged
 */
export async function takeReportedStop(
  deps: SigningDeps,
  { id: gateway }: EnrolledGateway,
  given: unknown,
): Promise<void> {
  const handed = parseReportedStop(given);
  const { tenant } = handed.statement;
  // Across tenants: how much a gateway may have relayed is counted over all of them.
  await deps.store.asVendor(async (vendor) => {
    if ((await vendor.organisation.tenant(tenant)) === null) throw notFound('tenant');
    const unit = await vendor.tenant(tenant);
    const taken = { at: deps.clock.now().toISOString(), gateway };
    const isKept =
      (await isVerifiableHere(deps, unit, handed)) && (await keepReportedStop(deps, unit, handed, taken));
    // A lift of what was kept just now may have come before it.
    if (isKept) await reviewRelayedStops(deps, unit);
    else await relayStop(deps, vendor, handed, gateway);
  });
}
