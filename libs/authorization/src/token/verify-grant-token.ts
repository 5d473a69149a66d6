import {
  hasClaimsOfTheirTypes,
  hasEveryClaim,
  isForAudience,
  isFromIssuer,
  isNotBoundToKey,
} from './claim-steps.js';
import type { TokenContext, TokenRules, TokenStep } from './context.js';
import {
  hasCompactForm,
  holdsJsonObjects,
  isOfTokenSize,
  isSpeltCanonically,
  namesMembersOnce,
} from './form-steps.js';
import {
  hasNoFurtherHeader,
  isAccessToken,
  isSigned,
  isSignedByThatKey,
  namesKnownKey,
  usesEs256,
} from './header-steps.js';
import {
  agreesWithItsTerms,
  carriesTerms,
  endsWithItsTerms,
  hasDigestOfItsTerms,
  hasWindowOfItsTerms,
} from './terms-steps.js';
import { beginsInsideGrant, endsInsideGrant, hasBegun, hasNotEnded } from './time-steps.js';
import { refuse, type TokenVerdict } from './verdict.js';

/**
 * Every check of a grant token, in order. The first that refuses gives the reason. Form before content, so that
 * nothing is parsed twice with two meanings; the signature before any claim, so that an answer says nothing about
 * claims that nobody signed; the claims from whose they are, over when, to what they allow.
 */
const tokenSteps: readonly TokenStep[] = [
  isOfTokenSize,
  hasCompactForm,
  isSpeltCanonically,
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
