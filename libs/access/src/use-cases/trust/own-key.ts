import type { Principal } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import type { ReadUnit } from '../../ports/index.js';

/**
 * A key from before its tenant was claimed may have been made by the vendor's host, which must open nothing of that
 * tenant by it: such a key reads and takes away, and no more. Since the claim only people themselves make keys.
 *
 * @throws AccessError `forbidden`
 */
export async function requireOwnKey(
  { trust }: Pick<ReadUnit, 'trust'>,
  { person, keyCreatedAt }: Principal,
): Promise<void> {
  if (keyCreatedAt === undefined || person.tenant === null) return;
  const [genesis] = await trust.chain(person.tenant);
  if (genesis !== undefined && Date.parse(keyCreatedAt) <= Date.parse(genesis.adoptedAt))
    throw new AccessError(
      'forbidden',
      'This key is from before your organisation was claimed, and only reads and stops. Make another in your own browser.',
    );
}
