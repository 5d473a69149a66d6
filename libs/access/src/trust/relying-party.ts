import type { TrustDocument } from '@countersign/scope';

/** For whom passkeys sign (WebAuthn): a domain name, and the origins of pages at which they do. */
export type RelyingParty = Pick<TrustDocument, 'rpId' | 'origins'>;

/**
 * Whom this broker's own pages are, for tenants whose trust document says no other; null where its address is no name,
 * since passkeys are not for IP addresses.
 *
 * @param publicUrl where people reach the broker
 */
export function ownRelyingParty(publicUrl: string): RelyingParty | null {
  const { hostname, origin } = new URL(publicUrl);
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  return isAddress ? null : { rpId: hostname, origins: [origin] };
}
