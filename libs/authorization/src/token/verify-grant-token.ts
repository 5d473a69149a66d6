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
 * Every check of a grant token, in order. The first that refuses gives the reason. Form before content, so that
 * nothing is parsed twice with two meanings; the signature before any claim, so that an answer says nothing about
 * claims that nobody signed; the claims from whose they are, over when, to what they allow.
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
  hasWindowOfItsTerms,
  endsWithItsTerms,
];

const NOTHING = Buffer.alloc(0);

/**
 * Checks a grant token against the rules and answers its claims and its key, or the first reason to refuse. Whether the grant is
 * active, the route listed and the call in scope are checks of the call, not of the token.
 */
export function verifyGrantToken(token: string, rules: TokenRules): TokenVerdict {
  const context: TokenContext = {
    token,
    rules,
    now: rules.now(),
    parts: { header: '', payload: '', signature: '' },
    bytes: { header: NOTHING, payload: NOTHING, signature: NOTHING },
    headerText: '{}',
    payloadText: '{}',
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
    ? { ok: false, ...refuse('malformed', 'the token carries no terms, or nobody has signed it') }
    : { ok: true, claims, kid, key };
}

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
