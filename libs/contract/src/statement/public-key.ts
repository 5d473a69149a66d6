import { z } from 'zod';
import { decodeBase64url } from '../encoding/base64url.js';
import { bytes } from './members.js';

/** An ES256 key: a point on P-256 (RFC 7518 §6.2). */
export type Es256Jwk = { kty: 'EC'; crv: 'P-256'; x: string; y: string };
/** An RS256 key: RSA with 2,048 to 4,096 bits (RFC 7518 §6.3) and the usual exponent. */
export type Rs256Jwk = { kty: 'RSA'; n: string; e: 'AQAB' };
/** A passkey's public key: the members of its RFC 7638 thumbprint and no others. `kty` decides the algorithm. */
export type PasskeyJwk = Es256Jwk | Rs256Jwk;
/** A recovery key (RFC 8037). It signs trust documents only. */
export type RecoveryJwk = { kty: 'OKP'; crv: 'Ed25519'; x: string };

const LEAST_RSA_BYTES = 256;
const MOST_RSA_BYTES = 512;

const es256 = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: bytes(32, 32),
  y: bytes(32, 32),
});

const rs256 = z.strictObject({
  kty: z.literal('RSA'),
  // Without leading zeros (RFC 7518 §6.3.1.1), so that a key has one spelling.
  n: bytes(LEAST_RSA_BYTES, MOST_RSA_BYTES).refine((n) => decodeBase64url(n)?.[0] !== 0),
  e: z.literal('AQAB'),
});

export const passkeyJwk: z.ZodType<PasskeyJwk> = z.discriminatedUnion('kty', [es256, rs256]);

export const recoveryJwk: z.ZodType<RecoveryJwk> = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: bytes(32, 32),
});
