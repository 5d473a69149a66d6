import { z } from 'zod';
import { decodeBase64url } from '../encoding/base64url.js';
import { isDigest, utf8 } from '../encoding/digest.js';
import { readStrictJson } from '../encoding/strict-json.js';
import { isId, isTenantSlug } from '../identifiers.js';

/** `typ` of the statement in which a gateway says what it has pinned of a tenant. */
export const PINS_STATEMENT_TYPE = 'countersign-pins+jwt';

/** What a requester may send as nonce. The gateway repeats it, so that an old statement answers no new question. */
export const isPinsNonce = (text: string): boolean => /^[A-Za-z0-9._~-]{1,128}$/.test(text);

const hash = z.string().refine(isDigest);
const statementShape = z.strictObject({
  iss: z.string().refine((value) => isId('gtw', value)),
  nonce: z.string().refine(isPinsNonce),
  tenant: z.string().refine(isTenantSlug),
  pinned: hash.nullable(),
  atLeast: z.array(hash),
  current: hash.nullable(),
  iat: z.int().min(0),
});

/**
 * What a gateway (`iss`) has pinned of a tenant on its own host: the hash of the first trust document (null: none), the
 * versions that the chain must contain, and the version that applies to calls (null: none, every call is refused). `iat`:
 * seconds since the epoch, by the gateway's clock.
 */
export type PinsStatement = z.infer<typeof statementShape>;

const headerShape = z.strictObject({
  alg: z.literal('EdDSA'),
  typ: z.literal(PINS_STATEMENT_TYPE),
  kid: z.string(),
});

/** Why a statement of a gateway is not believed. Stable. */
export type PinsStatementProblem =
  | 'malformed'
  | 'wrong_nonce'
  | 'wrong_tenant'
  | 'not_fresh'
  | 'unknown_gateway'
  | 'bad_signature';

/** A gateway refuses all calls if its clock differs from the broker's by 5 s. The reader's clock may be off by more. */
const TOLERANCE_SECONDS = 300;

/** What the statement is compared with. */
export type ExpectedPinsStatement = {
  nonce: string;
  tenant: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** The registered key of an enrolled gateway: Ed25519, raw, base64url. */
  publicKeyOf(gateway: string): string | null | undefined;
};

/** Verifies an Ed25519 signature. The key is raw and base64url; a page uses WebCrypto, a program its own. */
export type Ed25519Verify = (
  publicKey: string,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

export type CheckedPinsStatement =
  | { ok: true; statement: PinsStatement }
  | { ok: false; problem: PinsStatementProblem };

/**
 * Checks the answer of `GET /countersign/pins/{tenant}?nonce=N` at a gateway: a compact JWS (RFC 7515) with `alg` EdDSA, by
 * the key that this gateway has registered. Whether what it says is right is for the caller to decide.
 */
export async function checkPinsStatement(
  jws: string,
  expected: ExpectedPinsStatement,
  verify: Ed25519Verify,
): Promise<CheckedPinsStatement> {
  const parts = jws.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  const signatureBytes = decodeBase64url(signature);
  const statement = statementShape.safeParse(jsonOf(payload)).data;
  if (
    parts.length !== 3 ||
    signatureBytes?.length !== 64 ||
    statement === undefined ||
    !headerShape.safeParse(jsonOf(header)).success
  )
    return { ok: false, problem: 'malformed' };
  if (statement.nonce !== expected.nonce) return { ok: false, problem: 'wrong_nonce' };
  if (statement.tenant !== expected.tenant) return { ok: false, problem: 'wrong_tenant' };
  if (Math.abs(expected.now / 1_000 - statement.iat) > TOLERANCE_SECONDS)
    return { ok: false, problem: 'not_fresh' };
  const publicKey = expected.publicKeyOf(statement.iss);
  if (publicKey == null) return { ok: false, problem: 'unknown_gateway' };
  const isSigned = await verify(publicKey, utf8(`${header}.${payload}`), signatureBytes);
  return isSigned ? { ok: true, statement } : { ok: false, problem: 'bad_signature' };
}

/** The JSON in a part; undefined if it is none, or has a member twice. */
function jsonOf(part: string): unknown {
  const bytes = decodeBase64url(part);
  if (bytes === undefined) return undefined;
  try {
    return readStrictJson(bytes);
  } catch {
    return undefined;
  }
}
