import { decodeBase64url, type TrustDocument } from '@countersign/contract';
import type { Passkey, Trust } from '../api/trust.js';
import { type Place, placeOf } from './place.js';

/** Which passkeys may sign, for which relying party, and at whose page. */
export interface Signer {
  rpId: string;
  credentials: readonly string[];
  at: Place;
}

/** Passkeys of this person that count for decisions now; null where there is none. */
export function signerOf(
  { document }: Pick<Trust, 'document'>,
  passkeys: readonly Pick<Passkey, 'id' | 'person' | 'rpId'>[],
  person: string,
): Signer | null {
  if (document !== null) return signerIn(document as TrustDocument, person);
  // While nobody has claimed the tenant, the broker takes what signs at its own pages.
  const rpId = location.hostname;
  const own = passkeys.filter((each) => each.person === person && each.rpId === rpId);
  return own.length === 0 ? null : { rpId, credentials: own.map(({ id }) => id), at: null };
}

/** Those that a trust document names. */
export function signerIn({ people, rpId, origins }: TrustDocument, person: string): Signer | null {
  const credentials = people.find((each) => each.person === person)?.passkeys.map(({ id }) => id) ?? [];
  return credentials.length === 0 ? null : { rpId, credentials, at: placeOf(origins) };
}

/** Where a passkey was made, as its browser said. */
export function madeAt({ clientDataJSON }: Pick<Passkey, 'clientDataJSON'>): Place {
  const said = JSON.parse(new TextDecoder().decode(decodeBase64url(clientDataJSON))) as { origin: string };
  return placeOf([said.origin]);
}
