import type { Hashing } from '@countersign/contract';
import {
  agreesWithItsTerms,
  beginsInsideGrant,
  carriesTerms,
  endsInsideGrant,
  endsWithItsTerms,
  hasBegun,
  hasClaimsOfTheirTypes,
  hasDigestOfItsTerms,
  hasEveryClaim,
  hasNotEnded,
  hasWindowOfItsTerms,
  isForAudience,
  isFromIssuer,
  isNotBoundToKey,
  isSealedForAnAuthority,
} from './claim-steps.js';
import {
  hasCompactForm,
  hasNoFurtherHeader,
  holdsJsonObjects,
  isAccessToken,
  isOfTokenSize,
  isSigned,
  isSignedByThatKey,
  isSpelledCanonically,
  namesKnownKey,
  namesMembersOnce,
  usesEs256,
} from './format-steps.js';
import {
  refuse,
  type TokenContext,
  type TokenRules,
  type TokenStep,
  type TokenVerdict,
} from './grant-token.js';
import { readJwks } from './jwks.js';

/**
 * Every check of a grant token, in order; the first that refuses gives the reason. Form comes before content, so that
 * nothing is parsed in two ways. The signature comes before the claims, so that an answer says nothing about claims that no
 * one signed. Then follow issuer and audience, times, and terms.
 */
const tokenSteps: readonly TokenStep[] = [
  isOfTokenSize,
  hasCompactForm,
  isSpelledCanonically,
  holdsJsonObjects,
  namesMembersOnce,
  usesEs256,
  isSigned,
  isAccessToken,
  hasNoFurtherHeader,
  namesKnownKey,
  isSignedByThatKey,
  hasEveryClaim,
  isFromIssuer,
  isForAudience,
  hasClaimsOfTheirTypes,
  isNotBoundToKey,
  hasNotEnded,
  hasBegun,
  beginsInsideGrant,
  endsInsideGrant,
  carriesTerms,
  hasDigestOfItsTerms,
  agreesWithItsTerms,
  isSealedForAnAuthority,
  hasWindowOfItsTerms,
  endsWithItsTerms,
];

const NOTHING = Buffer.alloc(0);

/**
 * Verifies a grant token. Returns its claims and key, or the first reason to refuse it. Whether the grant is active and the
 * call in scope is decided by `authorizeCall`.
 */
export function verifyGrantToken(token: string, rules: TokenRules): TokenVerdict {
  const context: TokenContext = {
    token,
    rules,
    now: rules.now(),
    parts: { header: '', payload: '', signature: '' },
    bytes: { header: NOTHING, payload: NOTHING, signature: NOTHING },
    json: [],
    header: {},
    payload: {},
    key: undefined,
    claims: undefined,
    rawTerms: undefined,
  };
  for (const step of tokenSteps) {
    const refusal = step(context);
    if (refusal !== undefined) return { ok: false, ...refusal };
  }
  const { claims, key, header } = context;
  const kid = header['kid'];
  return claims === undefined || key === undefined || typeof kid !== 'string'
    ? { ok: false, ...refuse('malformed', 'the token carries no terms, or no one has signed it') }
    : { ok: true, claims, kid, key };
}

/** What `countersign token-check` knows: a key set (parsed JSON), and the expected issuer and audience. */
export type TokenCheck = {
  jwks: unknown;
  issuer: string;
  audience: string;
  /** Milliseconds since the epoch. */
  now(): number;
  hashing: Hashing;
};

/**
 * Verifies a token that was pasted or piped in. White space around it, such as a shell's line feed, is ignored. Empty input
 * is `malformed`. Throws JwksError if `jwks` is not a key set.
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
