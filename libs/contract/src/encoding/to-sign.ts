import { encodeBase64url } from './base64url.js';
import { utf8 } from './digest.js';

/** The bytes that a key has to sign, and what its signature makes of them: a form knows no key, and a signer no form. */
export interface ToSign<Signed> {
  readonly bytes: Uint8Array;
  signed(signature: Uint8Array): Signed;
}

/** Lets a signer sign. It may be another process or another machine, so call this outside of every transaction. */
export async function signWith<Signed>(
  signer: { sign(bytes: Uint8Array): Promise<Uint8Array> },
  { bytes, signed }: ToSign<Signed>,
): Promise<Signed> {
  return signed(await signer.sign(bytes));
}

/**
 * A JSON Web Signature in its compact form (RFC 7515, section 7.1). What is signed is the text before the last dot:
 *
 *     base64url( header ) . base64url( claims ) . base64url( signature )
 */
export function jwsToSign(header: object, claims: object): ToSign<string> {
  const input = [header, claims].map((part) => encodeBase64url(utf8(JSON.stringify(part)))).join('.');
  return { bytes: utf8(input), signed: (signature) => `${input}.${encodeBase64url(signature)}` };
}
