import { decodeBase64url, type TrustDocument } from '@countersign/contract';
import type { Passkey, Trust } from '../api/client.js';

/** Where somebody signs: at these pages (null), or at their own company's, by its origin. */
export type SigningOrigin = string | null;

/** Of these origins, ours where it is one of them. */
export const signingOriginOf = (origins: readonly string[]): SigningOrigin =>
  origins.includes(location.origin) ? null : (origins[0] ?? null);

/** Which passkeys may sign, for which relying party, and at whose page. */
export interface Signer {
  rpId: string;
  credentials: readonly string[];
  at: SigningOrigin;
}

/** Passkeys of this person that count for decisions now; null where there is none. */
export function findSigner(
  { document }: Pick<Trust, 'document'>,
  passkeys: readonly Pick<Passkey, 'id' | 'person' | 'rpId'>[],
  person: string,
): Signer | null {
  if (document !== null) return findSignerInTrust(document as TrustDocument, person);
  // While nobody has claimed the tenant, the broker takes what signs at its own pages.
  const rpId = location.hostname;
  const own = passkeys.filter((each) => each.person === person && each.rpId === rpId);
  return own.length === 0 ? null : { rpId, credentials: own.map(({ id }) => id), at: null };
}

/** Those that a trust document names. */
export function findSignerInTrust({ people, rpId, origins }: TrustDocument, person: string): Signer | null {
  const credentials = people.find((each) => each.person === person)?.passkeys.map(({ id }) => id) ?? [];
  return credentials.length === 0 ? null : { rpId, credentials, at: signingOriginOf(origins) };
}

/** Where a passkey was made, as its browser said. */
export function originOfPasskey({ clientDataJSON }: Pick<Passkey, 'clientDataJSON'>): SigningOrigin {
  const said = JSON.parse(new TextDecoder().decode(decodeBase64url(clientDataJSON))) as { origin: string };
  return signingOriginOf([said.origin]);
}
