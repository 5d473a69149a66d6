import { LRUCache } from 'lru-cache';
import { hasBegun, hasNotEnded } from './claim-steps.js';
import type { GoodToken, TokenRules, TokenVerdict } from './grant-token.js';
import { verifyGrantToken } from './verify-grant-token.js';

/** A token that was found good, whole. */
type Known = { token: string; verdict: GoodToken };

/** 132 bits of the signature. More would only be more to hash, which is most of what finding a token costs. */
const TAIL_LENGTH = 22;

/**
 * `verifyGrantToken` that remembers good tokens. What it keeps is pure: that these bytes are signed by that key, and what
 * they say. Each time it asks anew for the key (one that is gone or another now makes the token new), for issuer, audience
 * and the time; refusals are never kept. Whether the grant is active is asked elsewhere, of every call.
 *
 * Tokens are found by the tail of their signature and compared whole: two with one tail push each other out, and no more.
 */
export class GrantTokenVerifier {
  private readonly known: LRUCache<string, Known>;

  /** Keeps at most so many tokens; the ones that were not seen for longest go first. */
  constructor(max: number) {
    this.known = new LRUCache({ max });
  }

  verify(token: string, rules: TokenRules): TokenVerdict {
    const tail = token.slice(-TAIL_LENGTH);
    const known = this.known.get(tail);
    if (known === undefined || known.token !== token) return this.verifyNew(tail, token, rules);
    const { verdict } = known;
    const now = rules.now();
    if (!holdsUnder(verdict, rules, now)) return this.verifyNew(tail, token, rules);
    const at = { payload: verdict.claims, now };
    const refusal = hasNotEnded(at) ?? hasBegun(at);
    return refusal === undefined ? verdict : { ok: false, ...refusal };
  }

  private verifyNew(tail: string, token: string, rules: TokenRules): TokenVerdict {
    const verdict = verifyGrantToken(token, rules);
    if (verdict.ok) this.known.set(tail, { token, verdict });
    return verdict;
  }
}

function holdsUnder({ claims, kid, key }: GoodToken, rules: TokenRules, now: number): boolean {
  return rules.key(kid, now) === key && claims.iss === rules.issuer && claims.aud === rules.audience;
}
