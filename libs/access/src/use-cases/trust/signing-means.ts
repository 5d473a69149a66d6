import { requireOwnBrowser } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import type { EnrolledPasskey, RecoveryKey } from '../../domain/trust/passkey.js';
import { AccessError, notFound } from '../../errors.js';
import { requireOwnTenant, requireTenantAccess } from '../organisation/own-tenant.js';
import type { Deps } from '../shared/deps.js';
import { readAs } from '../shared/read-as.js';

/** With whether the current trust document names it. */
export type ListedPasskey = EnrolledPasskey & { inTrust: boolean };
export type ListedRecoveryKey = RecoveryKey & { inTrust: boolean };

/** Everyone's of the tenant, oldest first. @throws AccessError `forbidden`, `not_found` */
export function listAuthenticators(
  deps: Deps,
  principal: Principal,
  tenant: string,
): Promise<{ passkeys: ListedPasskey[]; recoveryKeys: ListedRecoveryKey[] }> {
  requireTenantAccess(principal, 'trust.read', tenant);
  return readAs(deps, principal.person, async (unit) => {
    if ((await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    const document = (await unit.trust.current(tenant))?.document;
    const named = new Set(document?.people.flatMap(({ passkeys }) => passkeys.map(({ id }) => id)));
    const printed = new Set(document?.recovery?.map(({ jwk }) => jwk.x));
    const passkeys = await unit.authenticators.passkeys(tenant);
    const recoveryKeys = await unit.authenticators.recoveryKeys(tenant);
    return {
      passkeys: passkeys.map((each) => ({ ...each, inTrust: named.has(each.id) })),
      recoveryKeys: recoveryKeys.map((each) => ({ ...each, inTrust: printed.has(each.jwk.x) })),
    };
  });
}

/**
 * Takes a passkey away that no trust document needs: one's own, or as the tenant's admin anybody's. One that the current
 * document names, or the open proposal, goes by the next document.
 *
 * @throws AccessError `forbidden`, `not_found`, `conflict` if a trust document names it
 */
export async function removePasskey(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
): Promise<EnrolledPasskey> {
  requireOwnBrowser(principal);
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  return deps.store.forTenant(tenant, async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'trust.sign', tenant);
    const { authenticators, trust, log } = unit;
    const passkey = isBase64url(id) ? await authenticators.passkey(id) : null;
    if (passkey === null || passkey.removedAt !== null) throw notFound('passkey');
    if (passkey.person !== actor.id && !actor.roles.includes('admin'))
      throw new AccessError('forbidden', 'Only its owner or an admin takes a passkey away.');
    const documents = [(await trust.current(tenant))?.document, (await trust.openProposal(tenant))?.document];
    if (documents.some((each) => each?.people.some(({ passkeys }) => passkeys.some((key) => key.id === id))))
      throw new AccessError(
        'conflict',
        'A trust document names this passkey: it goes with the next one that leaves it out.',
      );
    const at = deps.clock.now().toISOString();
    await authenticators.removePasskey(id, at);
    await log.append({
      type: 'passkey.removed',
      at,
      actor: actor.id,
      data: { person: passkey.person, credential: id },
    });
    return { ...passkey, removedAt: at };
  });
}

/** What is no credential's id is no one's: a store is not asked for it. */
const isBase64url = (text: string): boolean => /^[A-Za-z0-9_-]+$/.test(text);
