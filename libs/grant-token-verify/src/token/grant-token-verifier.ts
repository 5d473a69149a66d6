import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { GrantTokenClaims } from './claims.js';
import type { TokenRules } from './context.js';
import { hasBegun, hasNotEnded } from './time-steps.js';
import type { TokenVerdict } from './verdict.js';
import { verifyGrantToken } from './verify-grant-token.js';

/** A token that was found good, and everything beside the time that the verdict hung on. */
type Known = {
  token: string;
  key: KeyObject;
  kid: string;
  issuer: string;
  audience: string;
  claims: GrantTokenClaims;
};

/** Length of an ES256 signature in base64url. */
const SIGNATURE_LENGTH = 86;

/**
 * `verifyGrantToken` that remembers good tokens. What it keeps is pure: that these bytes are signed by that key, and what
 * they say. Each time it asks anew for the key (one that is gone or another now makes the token new), for issuer, audience
 * and the time; refusals are never kept. Whether the grant is active is asked elsewhere, of every call.
 *
 * Tokens are found by their signature and compared whole: to hash one would take longer than all the rest of a check.
 */
export class GrantTokenVerifier {
  private readonly known: LRUCache<string, Known>;

  /** Keeps at most so many tokens; the ones that were not seen for longest go first. */
  constructor(max: number) {
    this.known = new LRUCache({ max });
  }

  verify(token: string, rules: TokenRules): TokenVerdict {
    const signature = token.slice(-SIGNATURE_LENGTH);
    const known = this.known.get(signature);
    if (known === undefined || known.token !== token || !holdsUnder(known, rules)) {
      return this.verifyNew(signature, token, rules);
    }
    const at = { payload: known.claims, now: rules.now() };
    const refusal = hasNotEnded(at) ?? hasBegun(at);
    return refusal === undefined ? { ok: true, claims: known.claims } : { ok: false, ...refusal };
  }

  private verifyNew(signature: string, token: string, rules: TokenRules): TokenVerdict {
    let used: { kid: string; key: KeyObject } | undefined;
    const verdict = verifyGrantToken(token, {
      ...rules,
      key: (kid) => {
        const key = rules.key(kid);
        used = key === undefined ? undefined : { kid, key };
        return key;
      },
    });
    if (verdict.ok && used !== undefined) {
      const { issuer, audience } = rules;
      this.known.set(signature, { token, ...used, issuer, audience, claims: verdict.claims });
    }
    return verdict;
  }
}

function holdsUnder({ key, kid, issuer, audience }: Known, rules: TokenRules): boolean {
  return rules.key(kid) === key && rules.issuer === issuer && rules.audience === audience;
}
