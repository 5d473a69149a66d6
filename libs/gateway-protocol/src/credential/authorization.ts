import { isId } from '@countersign/contract';
import type { GatewayCredential } from './credential.js';

/** The `Authorization` value with which a gateway calls the broker: `Bearer gtw_….SECRET`. */
export function gatewayAuthorization(credential: Pick<GatewayCredential, 'gateway' | 'secret'>): string {
  return `Bearer ${credential.gateway}.${credential.secret}`;
}

/**
 * Reads that value at the broker. Undefined for anything else; the caller compares SHA-256 of the secret with the
 * one it keeps, in constant time.
 */
export function readGatewayAuthorization(
  header: string | undefined,
): { gateway: string; secret: string } | undefined {
  const parts = /^Bearer (gtw_[0-9a-f-]{36})\.([A-Za-z0-9_-]{32,128})$/.exec(header ?? '');
  const [, gateway, secret] = parts ?? [];
  if (gateway === undefined || secret === undefined || !isId('gtw', gateway)) return undefined;
  return { gateway, secret };
}
