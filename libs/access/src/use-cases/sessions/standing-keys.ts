import type { TrustDocument } from '@countersign/contract';
import type { ReadUnit } from '../../ports/index.js';

/**
 * People of the document in force with those of its passkeys that their persons still have: what was taken from someone
 * who left counts here no more, though gateways take it until the next version.
 */
export async function activePasskeys(
  { authenticators }: Pick<ReadUnit, 'authenticators'>,
  { tenant, people }: Pick<TrustDocument, 'tenant' | 'people'>,
): Promise<TrustDocument['people']> {
  const standing = new Set((await authenticators.passkeys(tenant)).map(({ id }) => id));
  return people
    .map(({ person, passkeys }) => ({ person, passkeys: passkeys.filter(({ id }) => standing.has(id)) }))
    .filter(({ passkeys }) => passkeys.length > 0);
}
