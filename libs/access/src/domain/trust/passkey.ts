import { isOriginOf, type PasskeyJwk, type RecoveryJwk, type TrustDocument } from '@countersign/contract';
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
  /** For which relying party it signs. */
  rpId: string;
  createdAt: string;
  removedAt: string | null;
}

/** An Ed25519 key whose private half is printed and kept in a drawer; signs trust documents only. */
export interface RecoveryKey {
  /** RFC 7638 thumbprint of `jwk`. */
  id: string;
  tenant: string;
  person: string;
  jwk: RecoveryJwk;
  createdAt: string;
  removedAt: string | null;
}

/** For whom passkeys sign (WebAuthn): a domain name, and the origins of pages at which they do. */
export type RelyingParty = Pick<TrustDocument, 'rpId' | 'origins'>;

/**
 * Whom this broker's own pages are, for tenants whose trust document says no other; null where its address is no name,
 * since passkeys are not for IP addresses.
 *
 * @param publicUrl where people reach the broker
 */
export function brokerRelyingParty(publicUrl: string): RelyingParty | null {
  const { hostname, origin } = new URL(publicUrl);
  return isAddress(hostname) ? null : { rpId: hostname, origins: [origin] };
}

/**
 * Whom a customer's own signing page is: its host alone, so that no other page of theirs signs. Naming one gives nobody
 * anything: its passkeys count once a trust document that the customer signed says so.
 *
 * @param origin as browsers write it
 * @param current whom the document in force names: one of its origins is its own, whatever name that goes by
 * @throws AccessError `invalid_request` for what is no origin of a name over https
 */
export function signingPageRelyingParty(origin: string, current: RelyingParty | null): RelyingParty {
  if (current?.origins.includes(origin)) return current;
  const rpId = URL.canParse(origin) ? new URL(origin).hostname : '';
  if (rpId === '' || isAddress(rpId) || !isOriginOf(rpId, origin))
    throw new AccessError(
      'invalid_request',
      'A signing page has an origin as browsers write it, https://sign.acme.example: a name, over https, without a path.',
      { pointer: '/origin' },
    );
  return { rpId, origins: [origin] };
}

const isAddress = (hostname: string): boolean => hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
