import { canonicalJson, encodeBase64url, type Hashing, type RecoveryJwk, utf8 } from '@countersign/contract';
import { requireOwnBrowser } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import type { RecoveryKey } from '../../domain/trust/passkey.js';
import { notFound } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { requireOwnTenant } from '../organisation/own-tenant.js';
import type { Deps } from '../shared/deps.js';
import type { ListedRecoveryKey } from './signing-means.js';

/**
 * Keeps the public half of a recovery key that the caller's browser made and printed. One a person.
 *
 * @throws AccessError `forbidden`, `not_found`, `conflict` if it is registered already
 */
export async function addRecoveryKey(
  deps: Deps,
  principal: Principal,
  tenant: string,
  jwk: RecoveryJwk,
): Promise<ListedRecoveryKey> {
  requireOwnBrowser(principal);
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  return deps.store.forTenant(tenant, async (own) => {
    const { actor } = await requireOwnTenant(own, principal, 'trust.sign', tenant);
    const at = deps.clock.now().toISOString();
    const earlier = (await own.authenticators.recoveryKeys(tenant)).find(({ person }) => person === actor.id);
    if (earlier !== undefined) await removeRecoveryKeyIn(own, earlier, actor, at);
    const id = thumbprint(deps.hashing, jwk);
    const made: RecoveryKey = { id, jwk, tenant, person: actor.id, createdAt: at, removedAt: null };
    await own.authenticators.addRecoveryKey(made);
    await own.log.append({
      type: 'recovery-key.registered',
      at,
      actor: actor.id,
      data: { person: actor.id, key: id, jwk },
    });
    return { ...made, inTrust: false };
  });
}

/** RFC 7638: the required members alone, in order, which is what canonical JSON writes. */
const thumbprint = (hashing: Hashing, jwk: RecoveryJwk): string =>
  encodeBase64url(hashing.sha256(utf8(canonicalJson(jwk))));

/** A newer one takes its place; where the trust document names it, it still counts there. */
async function removeRecoveryKeyIn(
  { authenticators, log }: TenantUnit,
  key: RecoveryKey,
  actor: Person,
  at: string,
): Promise<void> {
  await authenticators.removeRecoveryKey(key.id, at);
  await log.append({
    type: 'recovery-key.removed',
    at,
    actor: actor.id,
    data: { person: key.person, key: key.id },
  });
}
