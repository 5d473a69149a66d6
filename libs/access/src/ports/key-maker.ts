/** Makes key pairs; the broker's host has one. */
export interface KeyMaker {
  /** ES256, for grant tokens. `kid` is the RFC 7638 thumbprint. */
  tokenKey(): KeyPair;
  /** Ed25519, for the gateways' feed. */
  feedKey(): KeyPair;
  /** Ed25519, for the logs' checkpoints. */
  logKey(): KeyPair;
}

export interface KeyPair {
  kid: string;
  publicJwk: Record<string, unknown>;
  /** PKCS #8 PEM. */
  privatePem: string;
}
