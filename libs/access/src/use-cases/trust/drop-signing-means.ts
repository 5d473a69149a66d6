import type { TenantUnit } from '../../ports/index.js';
import type { ChangedBy } from '../organisation/change-person.js';

/**
 * Takes away all that someone signs with. Where the trust document in force names it, gateways count it until the next
 * version leaves it out; this broker does not.
 */
export async function removeAuthenticatorsIn(
  { tenant, authenticators, log }: TenantUnit,
  person: string,
  { actor, at }: ChangedBy,
): Promise<void> {
  for (const { id } of (await authenticators.passkeys(tenant)).filter((key) => key.person === person)) {
    await authenticators.removePasskey(id, at);
    await log.append({ type: 'passkey.removed', at, actor, data: { person, credential: id } });
  }
  for (const { id } of (await authenticators.recoveryKeys(tenant)).filter((key) => key.person === person)) {
    await authenticators.removeRecoveryKey(id, at);
    await log.append({ type: 'recovery-key.removed', at, actor, data: { person, key: id } });
  }
}
