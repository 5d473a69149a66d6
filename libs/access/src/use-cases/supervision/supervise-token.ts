import type { Terms } from '@countersign/contract';
import type { Grant } from '../../domain/grant.js';
import { compareCountry, countryOf } from '../../domain/places.js';
import type { TenantUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { Supervision } from './supervise.js';

/** The result of the rules for a token. `country` is that of the client's address; null if no list names it. */
interface SupervisedToken {
  country: string | null;
  /** True if a rule has paused or ended the grant: then no token is given. */
  isRefused: boolean;
}

/**
 * Applies the rules about the country from which an engineer fetches a token, in the unit of work that would mint it. An engineer
 * fetches a token every few minutes, so the broker keeps seeing their address. It does not see the address from which the token is
 * used.
 *
 * @param address the client's; null if it is not known
 */
export async function superviseTokenIn(
  deps: Deps,
  unit: TenantUnit,
  { grant, terms }: { grant: Grant; terms: Terms },
  address: string | null,
  now: Date,
): Promise<SupervisedToken> {
  const [policy, owner] = await Promise.all([
    unit.organisation.policy(),
    unit.organisation.tenant(terms.tenant),
  ]);
  const country = countryOf([owner?.controls.places ?? [], policy.places ?? []], address);
  const seen = compareCountry(terms.requesterFacts, country);
  if (seen === 'stated-country') return { country, isRefused: false };
  const rules = [...(policy.supervision ?? []), ...(owner?.controls.supervision ?? [])];
  if (!rules.some(({ count }) => count === seen)) return { country, isRefused: false };
  const token = {
    ...{ at: now.toISOString(), grant: grant.id, person: grant.requester, service: grant.service },
    ...{ resource: null, action: null, record: null },
  };
  const supervision = await Supervision.begin(unit, [token]);
  supervision.takeToken(token, seen, now);
  const outcomes = await supervision.store(deps, unit, now);
  return { country, isRefused: outcomes.some((done) => done !== 'notified') };
}
