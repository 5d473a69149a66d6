import { LRUCache } from 'lru-cache';
import { hasBegun, hasNotEnded } from './claim-steps.js';
import type { GoodToken, TokenRules, TokenVerdict } from './grant-token.js';
import { verifyGrantToken } from './verify-grant-token.js';

/** A valid token, whole. */
type Known = { token: string; verdict: GoodToken };

/** 132 bits of the signature. Hashing the key is most of the cost of a lookup, so it is kept short. */
const TAIL_LENGTH = 22;

/**
 * `verifyGrantToken` with a cache of valid tokens. The cache keeps only what cannot change: these bytes are signed by that
 * key, and these are their claims. Each call still checks the key, the issuer, the audience and the time; a changed key
 * leads to a new verification. Refusals are not cached. Whether the grant is active is checked for every call, elsewhere.
 *
 * Tokens are found by the end of their signature and then compared whole. Two tokens with the same end only evict each other.
 */
export class GrantTokenVerifier {
  private readonly known: LRUCache<string, Known>;

  /** @param max how many tokens are kept; the least recently used goes first */
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
