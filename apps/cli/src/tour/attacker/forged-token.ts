import { type KeyObject, randomUUID, sign } from 'node:crypto';
import type { Signature } from '@countersign/contract';
import type { InsertedGrant } from './host.js';

/** The claims of a real token, whatever they are. */
export type StolenClaims = Readonly<Record<string, unknown>>;

/** The claims of a real token without its countersignatures. */
export function claimsOf(token: string): StolenClaims {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const { countersignatures: _theirs, ...claims } = JSON.parse(text) as Record<string, unknown>;
  return claims;
}

/**
 * A grant token for another grant than the copied claims are of, signed as the broker signs (ES256). Not by the broker's
 * minter: that one refuses what no token may be, and an intruder asks nobody.
 */
export function forgedToken(
  claims: StolenClaims,
  { id, digest, terms }: InsertedGrant,
  countersignatures: readonly Signature[],
  { kid, key }: { kid: string; key: KeyObject },
): string {
  const payload = {
    ...claims,
    jti: randomUUID(),
    grant_id: id,
    digest,
    authorization_details: [{ type: 'tenant_data', terms }],
    ...(countersignatures.length === 0 ? {} : { countersignatures }),
  };
  const encoded = [{ alg: 'ES256', typ: 'at+jwt', kid }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const input = encoded.join('.');
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
