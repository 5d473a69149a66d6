import type { Principal } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import type { PasskeysUnit, Session } from '../../ports/index.js';
import type { SigningDeps } from '../shared/deps.js';
import { requireNoProvider, requireOwnTenant } from '../shared/tenant-access.js';
import {
  beginCeremonyIn,
  endCeremonyIn,
  nonceIn,
  type PresenceOffer,
  presenceKeysOf,
  presenceOffer,
  requirePresence,
} from '../trust/presence.js';
import { type SessionLimits, type StartedSession, startSessionIn } from './sessions.js';

/**
 * Offers what the person signs with their passkey to strengthen this session. A customer without a provider signs in with a
 * mailed code; with a passkey besides, a mailbox alone is no longer enough, and the session may do what a provider's may.
 *
 * Not in a tenant with a provider: there the provider says who may come in, and each renewal would go around it.
 *
 * @throws AccessError `forbidden`, `wrong_state` if the person has no passkey that counts
 */
export function beginStrengthening(
  deps: SigningDeps,
  principal: Principal,
  session: Session,
): Promise<PresenceOffer> {
  return deps.store.passkeys.write(async (unit) => {
    const { person, keys } = await keysOfCaller(deps, unit, principal);
    const ceremony = await beginCeremonyIn(deps, unit, person, session.id, 'sign-in');
    const offer = presenceOffer(deps, person, ceremony, keys);
    if (offer === null)
      throw new AccessError(
        'wrong_state',
        'You have no passkey that counts yet. Enrol one, and let another admin confirm it.',
      );
    return offer;
  });
}

/**
 * Replaces the session by one with the assurance `passkey`.
 *
 * @param input the signature over what was offered, as received
 * @throws AccessError `forbidden`, `wrong_state`, `invalid_request`
 */
export function strengthenSession(
  deps: SigningDeps,
  principal: Principal,
  session: Session,
  input: unknown,
  limits: SessionLimits,
): Promise<StartedSession> {
  return deps.store.passkeys.write(async (unit) => {
    const { person, keys } = await keysOfCaller(deps, unit, principal);
    const ceremony = await endCeremonyIn(deps, unit, person, session.id, 'sign-in', nonceIn(input));
    requirePresence(deps, person, ceremony, keys, input);
    const draft = {
      ...{ person, assurance: 'passkey' as const, device: session.device },
      ...{ parent: null, replaces: session.id, authenticatedAt: deps.clock.now().toISOString() },
    };
    return startSessionIn(deps, unit, draft, limits);
  });
}

async function keysOfCaller(deps: SigningDeps, unit: PasskeysUnit, principal: Principal) {
  const { tenant: slug } = principal.person;
  if (slug === null) throw new AccessError('forbidden', 'The vendor’s staff sign nothing here.');
  const { actor, tenant } = await requireOwnTenant(unit, principal, 'session.strengthen', slug);
  requireNoProvider(tenant);
  return { person: actor, keys: await presenceKeysOf(deps, await unit.tenant(slug), actor.id) };
}
