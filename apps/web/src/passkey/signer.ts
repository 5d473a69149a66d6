import type { Passkey, Trust } from '@countersign/api';
import { decodeBase64url, type TrustDocument } from '@countersign/contract';

/** Where a person signs: null for the broker's own pages, or the origin of the customer's signing page. */
export type SigningOrigin = string | null;

/** Null if these pages are among the origins; otherwise the first origin. */
export const signingOriginOf = (origins: readonly string[]): SigningOrigin =>
  origins.includes(location.origin) ? null : (origins[0] ?? null);

/** The passkeys that a person may sign with, their relying party, and where they sign. */
export interface Signer {
  rpId: string;
  credentials: readonly string[];
  at: SigningOrigin;
}

/** This person's passkeys that are valid for decisions now; null if there are none. */
export function findSigner(
  { document }: Pick<Trust, 'document'>,
  passkeys: readonly Pick<Passkey, 'id' | 'person' | 'rpId' | 'activeFrom'>[],
  person: string,
): Signer | null {
  if (document !== null) return findSignerInTrust(document as TrustDocument, person);
  // Until the tenant is claimed, the broker accepts the passkeys that sign at its own pages.
  const rpId = location.hostname;
  const own = passkeys.filter((each) => each.person === person && each.rpId === rpId && countsNow(each));
  return own.length === 0 ? null : { rpId, credentials: own.map(({ id }) => id), at: null };
}

/** Whether a passkey of an unclaimed tenant counts: its cooling time is over, or another admin has confirmed it. */
export const countsNow = ({ activeFrom }: Pick<Passkey, 'activeFrom'>): boolean =>
  activeFrom !== null && Date.parse(activeFrom) <= Date.now();

/** This person's passkeys in a trust document; null if it names none. */
export function findSignerInTrust({ people, rpId, origins }: TrustDocument, person: string): Signer | null {
  const credentials = people.find((each) => each.person === person)?.passkeys.map(({ id }) => id) ?? [];
  return credentials.length === 0 ? null : { rpId, credentials, at: signingOriginOf(origins) };
}

/** Where a passkey was made, according to the browser that made it. */
export function originOfPasskey({ clientDataJSON }: Pick<Passkey, 'clientDataJSON'>): SigningOrigin {
  const clientData = JSON.parse(new TextDecoder().decode(decodeBase64url(clientDataJSON))) as {
    origin: string;
  };
  return signingOriginOf([clientData.origin]);
}
