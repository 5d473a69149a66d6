import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a gateway asserts about a call with `Countersign-Context`, once it is verified. */
export type CountersignCall = {
  /** The service's audience. */
  audience: string;
  /** `gtw_…` */
  gateway: string;
  tenant: string;
  /** `usr_…` of the engineer. */
  requester: string;
  /** `grt_…` */
  grant: string;
  /** `rec_…` of the access record, which was durable before the call was forwarded. Each call has its own. */
  record: string;
  /** End of the context's life, in milliseconds since the epoch. */
  expiresAt: number;
  /** `sha256:` + hex of the body. Only if the gateway read the whole body before it decided. */
  bodySha256?: string;
};

/**
 * Why a call is not believed to have come through a gateway, or may not touch this data. `keys_unavailable`, `memory_full`,
 * `memory_unavailable`, `tenant_unavailable` and `body_already_read` are faults of this side (503); all others refuse the call (403).
 */
export type ContextReason =
  | 'missing'
  | 'malformed'
  | 'unknown_key'
  | 'bad_signature'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'other_call'
  | 'other_headers'
  | 'other_body'
  | 'body_already_read'
  | 'replayed'
  | 'other_tenant'
  | 'keys_unavailable'
  | 'memory_full'
  | 'memory_unavailable'
  | 'tenant_unavailable'
  | 'refused_by_gateway'
  | 'gateway_unavailable';

/** A gateway's own answer to a call that it refuses. */
export type RefusalOfGateway = { status: number; headers: Record<string, string>; body: string };

export class ContextRefused extends Error {
  override readonly name = 'ContextRefused';

  /** What the caller gets, if a gateway refused the call. */
  readonly answer: RefusalOfGateway | undefined;

  constructor(
    readonly reason: ContextReason,
    message: string,
    { answer, ...options }: ErrorOptions & { answer?: RefusalOfGateway } = {},
  ) {
    super(message, options);
    this.answer = answer;
  }
}

/** A request as the upstream received it. `target` is its path with query. */
export type ReceivedRequest = { method: string; target: string; headers: IncomingHttpHeaders };

/** EdDSA: the gateway's own key (RFC 8037). HS256: a key that it shares with this service alone (RFC 7518 §3.2). */
export type ContextAlgorithm = 'EdDSA' | 'HS256';

export type ContextRules = {
  audience: string;
  /** The key of that id, for that algorithm alone; undefined if no trusted gateway has it. */
  key(kid: string, alg: ContextAlgorithm): KeyObject | undefined;
  /** Milliseconds since the epoch. */
  now: number;
};

type JsonObject = { readonly [member: string]: unknown };

/** A context lives 30 s. A longer one is not a gateway's. */
const LONGEST_LIFE_S = 60;
const CLOCK_SKEW_S = 5;
const MAX_CONTEXT_BYTES = 32 * 1024;

const refuse = (reason: ContextReason, message: string): never => {
  throw new ContextRefused(reason, message);
};

/** The header fields that repeat a claim, for programs that read no JWS. They are only worth what the context says. */
const REPEATED = [
  ['countersign-tenant', 'tenant'],
  ['countersign-requester', 'sub'],
  ['countersign-grant', 'grant_id'],
  ['countersign-record', 'record'],
] as const;

/** The key that a context names, before anything of it is verified. Throws ContextRefused. */
export function keyOfContext({ headers }: Pick<ReceivedRequest, 'headers'>): ContextHeader {
  return readHeader(contextParts(headers)[0]);
}

/**
 * Verifies the `Countersign-Context` of a request (docs/contract.md, Gateway): signed by a trusted gateway, for this
 * audience, alive, and about exactly this method, path and query, tenant, person, grant and record. Pure. It does not see
 * the body and remembers no context: the caller compares `bodySha256` and refuses a record that it has seen.
 *
 * Throws ContextRefused.
 */
export function verifyContext(
  { method, target, headers }: ReceivedRequest,
  { audience, key, now }: ContextRules,
): CountersignCall {
  const claims = signedClaims(headers, key);
  if (claims['aud'] !== audience) refuse('wrong_audience', 'the context is for another service');
  requireAlive(claims, now / 1_000);
  if (claims['method'] !== method || claims['path'] !== target)
    refuse('other_call', 'the context is about another method, path or query');
  for (const [name, claim] of REPEATED)
    if (typeof claims[claim] !== 'string' || claims[claim] !== headers[name])
      refuse('other_headers', `${name} is not what the context says`);
  return callOf(claims, audience);
}

/**
 * Reads a context long after its call: its signature, audience and form, not its life, and no request. For comparing what a
 * service saw with what gateways recorded.
 *
 * Throws ContextRefused.
 */
export function readSignedContext(
  context: string,
  { audience, key }: Pick<ContextRules, 'audience' | 'key'>,
): CountersignCall & { method: string; path: string } {
  const claims = signedClaims({ 'countersign-context': context }, key);
  if (claims['aud'] !== audience) refuse('wrong_audience', 'the context is for another service');
  return { ...callOf(claims, audience), method: String(claims['method']), path: String(claims['path']) };
}

/** The claims of a context that the key which it names has signed. Throws ContextRefused. */
function signedClaims(headers: IncomingHttpHeaders, key: ContextRules['key']): JsonObject {
  const [header, payload, signature] = contextParts(headers);
  const { alg, kid } = readHeader(header);
  // The key decides: one that is for the other algorithm is unknown here, so none is ever used in another way.
  const found = key(kid, alg) ?? refuse('unknown_key', 'no trusted gateway has this key');
  if (!isSignedBy(alg, found, `${header}.${payload}`, Buffer.from(signature, 'base64url')))
    refuse('bad_signature', 'the signature is not by that key');
  return decode(payload);
}

function contextParts(headers: IncomingHttpHeaders): [header: string, payload: string, signature: string] {
  const context = headers['countersign-context'];
  if (typeof context !== 'string' || context === '')
    return refuse('missing', 'the request has no Countersign-Context');
  const parts = context.length > MAX_CONTEXT_BYTES ? [] : context.split('.');
  const [header, payload, signature, ...more] = parts;
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0)
    return refuse('malformed', 'the context is not a compact JWS');
  return [header, payload, signature];
}

type ContextHeader = { alg: ContextAlgorithm; kid: string };

function readHeader(part: string): ContextHeader {
  const { alg, typ, kid, ...more } = decode(part);
  const isKnown = alg === 'EdDSA' || alg === 'HS256';
  return isKnown &&
    typ === 'countersign-context+jwt' &&
    typeof kid === 'string' &&
    Object.keys(more).length === 0
    ? { alg, kid }
    : refuse('malformed', 'the header is not that of a context');
}

function isSignedBy(alg: ContextAlgorithm, key: KeyObject, input: string, signature: Buffer): boolean {
  if (alg === 'EdDSA') return verify(null, Buffer.from(input), key, signature);
  const expected = createHmac('sha256', key).update(input).digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

/** An object in base64url. Its text is compared with its encoding, so that there is one spelling only. */
function decode(part: string): JsonObject {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) return refuse('malformed', 'a part is not base64url');
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Refused below, like any other value that is not an object.
  }
  return refuse('malformed', 'a part is not a JSON object');
}

function requireAlive({ iat, exp }: JsonObject, now: number): void {
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp - iat > LONGEST_LIFE_S || exp <= iat)
    refuse('malformed', 'the context is valid for more than a minute, or for no time');
  if (now >= Number(exp)) refuse('expired', 'the context has expired');
  if (now + CLOCK_SKEW_S < Number(iat)) refuse('not_yet_valid', 'the context is not valid yet');
}

function callOf(claims: JsonObject, audience: string): CountersignCall {
  const { iss, body_sha256: bodySha256 } = claims;
  if (typeof iss !== 'string') return refuse('malformed', 'the context names no gateway');
  if (bodySha256 !== undefined && typeof bodySha256 !== 'string')
    return refuse('malformed', 'the hash of the body is not a text');
  return {
    audience,
    gateway: iss,
    tenant: String(claims['tenant']),
    requester: String(claims['sub']),
    grant: String(claims['grant_id']),
    record: String(claims['record']),
    expiresAt: Number(claims['exp']) * 1_000,
    ...(bodySha256 === undefined ? {} : { bodySha256 }),
  };
}
