import { z } from 'zod';
import { ProtocolError } from '../errors.js';
import { bytes32, id, parseJson, parseWith } from '../shapes.js';

const credentialShape = z.strictObject({
  gateway: id('gtw'),
  secret: z.string().regex(/^[A-Za-z0-9_-]{32,128}$/, 'is no secret'),
  broker: z.url({ protocol: /^https?$/ }),
  deployment: id('dep'),
  feedKey: bytes32,
});

/**
 * What a gateway is given at enrolment. `secret` opens the broker's gateway endpoints and is shown once; `feedKey`
 * (raw Ed25519 public key, base64url) is the only key whose events the gateway believes; `broker` is the base URL.
 */
export type GatewayCredential = z.infer<typeof credentialShape>;

const PREFIX = 'csg_';

/** `csg_` + base64url JSON. Throws ProtocolError `invalid_credential` rather than print what no gateway could read. */
export function encodeGatewayCredential(credential: GatewayCredential): string {
  const checked = parseWith(credentialShape, credential, 'invalid_credential');
  return PREFIX + Buffer.from(JSON.stringify(checked), 'utf8').toString('base64url');
}

/** Reads what `encodeGatewayCredential` made. Throws ProtocolError `invalid_credential`, never naming the value. */
export function decodeGatewayCredential(text: string): GatewayCredential {
  if (!/^csg_[A-Za-z0-9_-]+$/.test(text)) {
    throw new ProtocolError('invalid_credential', 'a gateway credential begins with csg_ and is base64url');
  }
  const json = Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8');
  return parseWith(credentialShape, parseJson(json, 'invalid_credential'), 'invalid_credential');
}
