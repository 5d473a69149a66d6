import type { Hashing } from '@countersign/contract';
import { readJwks } from '../keys/read-jwks.js';
import type { TokenVerdict } from './verdict.js';
import { verifyGrantToken } from './verify-grant-token.js';

/** What `countersign token-check` knows: a key set as it was read (parsed JSON), and what to expect. */
export type TokenCheck = {
  jwks: unknown;
  issuer: string;
  audience: string;
  /** Milliseconds since the epoch. */
  now(): number;
  hashing: Hashing;
};

/**
 * Checks a token that was pasted or piped in: the white space around it (a shell adds a line feed) is not part of it.
 * Nothing at all is `malformed`. Throws JwksError when `jwks` is no key set.
 */
export function checkToken(tokenText: string, check: TokenCheck): TokenVerdict {
  const keys = readJwks(check.jwks);
  return verifyGrantToken(tokenText.trim(), {
    issuer: check.issuer,
    audience: check.audience,
    key: (kid) => keys.get(kid),
    now: check.now,
    hashing: check.hashing,
  });
}
