import type { TrustDocument } from '@countersign/scope';
import type { Passkey, Trust } from '../api/trust.js';
import type { Signer } from './sign-statement.js';

/** Passkeys of this person that count for decisions now, and for which relying party; null where there is none. */
export function signerOf(
  { document }: Pick<Trust, 'document'>,
  passkeys: readonly Pick<Passkey, 'id' | 'person' | 'rpId'>[],
  person: string,
): Signer | null {
  if (document !== null) return signerIn(document as TrustDocument, person);
  const [first, ...more] = passkeys.filter((each) => each.person === person);
  if (first === undefined) return null;
  const { rpId } = first;
  return {
    rpId,
    credentials: [first, ...more].filter((each) => each.rpId === rpId).map(({ id }) => id),
  };
}

/** Those that a trust document names. */
export function signerIn({ people, rpId }: TrustDocument, person: string): Signer | null {
  const credentials = people.find((each) => each.person === person)?.passkeys.map(({ id }) => id) ?? [];
  return credentials.length === 0 ? null : { rpId, credentials };
}
