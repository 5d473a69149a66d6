import {
  isOriginOf,
  type PasskeyJwk,
  type RecoveryJwk,
  type Signature,
  type TrustDocument,
} from '@countersign/contract';
import { AccessError } from '../../errors.js';

/** A WebAuthn credential of one person. Its attestation is kept, so that anyone can check the enrolment again. */
export interface EnrolledPasskey {
  /** The credential's id, base64url. */
  id: string;
  tenant: string;
  person: string;
  /** What its owner calls it. */
  name: string;
  jwk: PasskeyJwk;
  /** As the browser made them, base64url. The attestation object holds the authenticator data. */
  clientDataJson: string;
  attestationObject: string;
  /** The relying party that it signs for. */
  rpId: string;
  createdAt: string;
  /** From when it counts; null while it waits for another admin's confirmation. */
  activeFrom: string | null;
  /** The admin who confirmed it before its cooling time was over; null if no one did. */
  confirmedBy: string | null;
  /** Its owner's consent, signed with a passkey that they had before; null if they had none. */
  consent: Signature | null;
  removedAt: string | null;
}

/**
 * True if the passkey counts: its cooling time is over, or another admin has confirmed it. Before a tenant is claimed, the
 * broker alone decides whose passkeys approve, so a new one waits until its owner and the admins have had time to object.
 * In a claimed tenant a passkey counts once its people have signed a trust document that lists it.
 */
export const isActivePasskey = (
  { activeFrom, removedAt }: Pick<EnrolledPasskey, 'activeFrom' | 'removedAt'>,
  now: Date,
): boolean => removedAt === null && activeFrom !== null && Date.parse(activeFrom) <= now.getTime();

/**
 * For so many days after a passkey that counted is removed, another admin confirms the person's next one. Not for ever: the
 * only admin of a tenant may lose a device.
 */
export const REMOVED_PASSKEY_DAYS = 30;

/**
 * True if it counted until it was removed. To remove a passkey, no one has to show that they hold it. So a new one does not
 * replace it without more.
 */
export const hasCounted = ({
  activeFrom,
  removedAt,
}: Pick<EnrolledPasskey, 'activeFrom' | 'removedAt'>): boolean =>
  removedAt !== null && activeFrom !== null && Date.parse(activeFrom) <= Date.parse(removedAt);

/** An Ed25519 key whose private half is printed and kept offline. It signs trust documents only. */
export interface RecoveryKey {
  /** RFC 7638 thumbprint of `jwk`. */
  id: string;
  tenant: string;
  person: string;
  jwk: RecoveryJwk;
  createdAt: string;
  removedAt: string | null;
}

/** The WebAuthn relying party that passkeys sign for: a domain name, and the origins of its signing pages. */
export type RelyingParty = Pick<TrustDocument, 'rpId' | 'origins'>;

/**
 * The relying party of this broker's own pages. It applies to tenants whose trust document names no other.
 *
 * @param publicUrl where people reach the broker
 * @returns null if the broker is reached by an IP address: passkeys need a domain name
 */
export function brokerRelyingParty(publicUrl: string): RelyingParty | null {
  const { hostname, origin } = new URL(publicUrl);
  return isAddress(hostname) ? null : { rpId: hostname, origins: [origin] };
}

/**
 * The relying party of a customer's own signing page: its host alone, so that no other page of the customer signs. Naming
 * a page grants nothing: its passkeys count once a trust document that the customer signed names it.
 *
 * @param origin as browsers write it
 * @param current the relying party of the document in force; it applies if it lists this origin
 * @throws AccessError `invalid_request` if it is not an https origin of a domain name
 */
export function signingPageRelyingParty(origin: string, current: RelyingParty | null): RelyingParty {
  if (current?.origins.includes(origin)) return current;
  const rpId = URL.canParse(origin) ? new URL(origin).hostname : '';
  if (rpId === '' || isAddress(rpId) || !isOriginOf(rpId, origin))
    throw new AccessError(
      'invalid_request',
      'The origin of a signing page is a domain name over https, without a path, such as https://sign.acme.example.',
      { pointer: '/origin' },
    );
  return { rpId, origins: [origin] };
}

const isAddress = (hostname: string): boolean => hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
