import { createPublicKey, type KeyObject } from 'node:crypto';

/** Whether the key is a public key on P-256, the only kind that ES256 (RFC 7518 §3.4) uses. */
export function isEs256Key(key: KeyObject): boolean {
  return (
    key.type === 'public' &&
    key.asymmetricKeyType === 'ec' &&
    key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  );
}

/** The value is not a JSON Web Key Set. Single unusable keys are ignored instead. */
export class JwksError extends Error {
  readonly code = 'invalid_jwks';

  constructor() {
    super('a JSON Web Key Set is an object with a list `keys` (RFC 7517)');
    this.name = 'JwksError';
  }
}

type Jwk = Readonly<Record<string, unknown>>;

/**
 * The keys of a JSON Web Key Set (RFC 7517) that can verify ES256, by kid. Others are ignored: another type, curve, use or
 * algorithm, no kid, a point off the curve. If two different keys have one kid, both are ignored.
 * Throws JwksError if the value is not a key set.
 */
export function readJwks(json: unknown): Map<string, KeyObject> {
  const keys: unknown = isObject(json) ? json['keys'] : undefined;
  if (!Array.isArray(keys)) throw new JwksError();
  const read = new Map<string, KeyObject>();
  const disputed = new Set<string>();
  for (const jwk of keys.filter(isObject)) {
    const kid = jwk['kid'];
    const key = typeof kid === 'string' && kid !== '' && mayCheckEs256(jwk) ? publicKey(jwk) : undefined;
    if (typeof kid !== 'string' || key === undefined) continue;
    const other = read.get(kid);
    if (other !== undefined && !other.equals(key)) disputed.add(kid);
    read.set(kid, key);
  }
  for (const kid of disputed) read.delete(kid);
  return read;
}

/** Honours `use`, `alg` and `key_ops` if present. `createPublicKey` would ignore them. */
function mayCheckEs256({ kty, crv, use, alg, key_ops: operations }: Jwk): boolean {
  return (
    kty === 'EC' &&
    crv === 'P-256' &&
    (use === undefined || use === 'sig') &&
    (alg === undefined || alg === 'ES256') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

function publicKey({ x, y }: Jwk): KeyObject | undefined {
  if (typeof x !== 'string' || typeof y !== 'string') return undefined;
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
