import { isId } from '@countersign/contract';
import { z } from 'zod';
import { ProtocolError } from './errors.js';
import { bytes32, id, parseJson, parseShape } from './shapes.js';

const credentialShape = z.strictObject({
  gateway: id('gtw'),
  secret: z.string().regex(/^[A-Za-z0-9_-]{32,128}$/, 'is not a secret'),
  broker: z.url({ protocol: /^https?$/ }),
  deployment: id('dep'),
  feedKey: bytes32,
});

/**
 * What a gateway receives at enrolment. `secret` authenticates it at the broker and is shown once. `feedKey` is the only key
 * whose events the gateway accepts: a raw Ed25519 public key in base64url. `broker` is the base URL.
 */
export type GatewayCredential = z.infer<typeof credentialShape>;

const PREFIX = 'csg_';

/** `csg_` + base64url of the JSON. Throws ProtocolError `invalid_credential` for one that a gateway could not read. */
export function encodeGatewayCredential(credential: GatewayCredential): string {
  const checked = parseShape(credentialShape, credential, 'invalid_credential');
  return PREFIX + Buffer.from(JSON.stringify(checked), 'utf8').toString('base64url');
}

/** Decodes a credential. Throws ProtocolError `invalid_credential`, which never repeats the value. */
export function decodeGatewayCredential(text: string): GatewayCredential {
  if (!/^csg_[A-Za-z0-9_-]+$/.test(text)) {
    throw new ProtocolError('invalid_credential', 'a gateway credential begins with csg_ and is base64url');
  }
  const json = Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8');
  return parseShape(credentialShape, parseJson(json, 'invalid_credential'), 'invalid_credential');
}

/** The `Authorization` header with which a gateway calls the broker: `Bearer gtw_….SECRET`. */
export function gatewayAuthorization(credential: Pick<GatewayCredential, 'gateway' | 'secret'>): string {
  return `Bearer ${credential.gateway}.${credential.secret}`;
}

/**
 * Parses that header at the broker. Undefined for anything else. The caller compares SHA-256 of the secret with the stored
 * one, in constant time.
 */
export function readGatewayAuthorization(
  header: string | undefined,
): { gateway: string; secret: string } | undefined {
  const parts = /^Bearer (gtw_[0-9a-f-]{36})\.([A-Za-z0-9_-]{32,128})$/.exec(header ?? '');
  const [, gateway, secret] = parts ?? [];
  if (gateway === undefined || secret === undefined || !isId('gtw', gateway)) return undefined;
  return { gateway, secret };
}
