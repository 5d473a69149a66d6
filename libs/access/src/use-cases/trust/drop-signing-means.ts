import type { TenantUnit } from '../../ports/store.js';
import type { ChangedBy } from '../organisation/change-person.js';

/**
 * Takes away all that someone signs with. Where the trust document in force names it, gateways count it until the next
 * version leaves it out; this broker does not.
 */
export async function removeAuthenticatorsIn(
  { tenant, signingMeans, log }: TenantUnit,
  person: string,
  { actor, at }: ChangedBy,
): Promise<void> {
  for (const { id } of (await signingMeans.passkeys(tenant)).filter((key) => key.person === person)) {
    await signingMeans.removePasskey(id, at);
    await log.append({ type: 'passkey.removed', at, actor, data: { person, credential: id } });
  }
  for (const { id } of (await signingMeans.recoveryKeys(tenant)).filter((key) => key.person === person)) {
    await signingMeans.removeRecoveryKey(id, at);
    await log.append({ type: 'recovery-key.removed', at, actor, data: { person, key: id } });
  }
}
