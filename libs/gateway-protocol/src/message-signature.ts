import { type KeyObject, sign } from 'node:crypto';
import { canonicalJson } from '@countersign/contract';
import { isSignature } from './ed25519.js';

/** The header with the signature, base64url. In lower case, as Node reads it. */
export const MESSAGE_SIGNATURE_HEADER = 'countersign-gateway-signature';

/** What a gateway sends to its broker. `path`: of the endpoint; it keeps a body from being valid at another one. */
export type GatewayMessage = { gateway: string; path: string; body: unknown };

/** Keeps the signature of a message from being valid for anything else. */
const CONTEXT = 'countersign-gateway-message/v1\n';
const messageBytes = ({ gateway, path, body }: GatewayMessage) =>
  Buffer.from(CONTEXT + canonicalJson({ gateway, path, body }), 'utf8');

/**
 * Signs a message with the gateway's identity (Ed25519, base64url): UTF-8 `countersign-gateway-message/v1` ‖ 0x0A ‖ canonical
 * JSON of `{body, gateway, path}`. A credential may be stolen; the identity never leaves the gateway's disk.
 */
export function signMessage(message: GatewayMessage, identity: KeyObject): string {
  return sign(null, messageBytes(message), identity).toString('base64url');
}

/** Whether this identity (raw public key in base64url) signed exactly this message. */
export function isMessageSignedBy(message: GatewayMessage, signature: string, publicKey: string): boolean {
  return isSignature(signature, messageBytes(message), publicKey);
}
