import {
  CLOCK_SKEW_MS,
  ContractError,
  canonicalJson,
  isDigest,
  isId,
  isSealedLog,
  isTenantSlug,
  latestEndOfTerms,
  parseTerms,
  sha256Digest,
  type Terms,
} from '@countersign/contract';
import { isObject } from './format-steps.js';
import {
  type GrantTokenClaims,
  type JsonObject,
  refuse,
  type TimeStep,
  type TokenStep,
} from './grant-token.js';

type Test = (value: unknown) => boolean;

const text =
  (holds: (value: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && holds(value);
const seconds: Test = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const shortText = text((value) => value.length > 0 && value.length <= 512);

/** Every claim that a grant token must have, with its type. `cnf` and `countersignatures` have checks of their own. */
const REQUIRED: readonly (readonly [claim: string, holds: Test])[] = [
  ['iss', shortText],
  ['aud', shortText],
  ['sub', text((value) => isId('usr', value))],
  ['client_id', (value) => value === 'countersign'],
  ['jti', shortText],
  ['iat', seconds],
  ['nbf', seconds],
  ['exp', seconds],
  ['grant_id', text((value) => isId('grt', value))],
  ['grant_nbf', seconds],
  ['grant_exp', seconds],
  ['tenant', text(isTenantSlug)],
  ['digest', text(isDigest)],
  ['authorization_details', Array.isArray],
];

export const hasEveryClaim: TokenStep = ({ payload }) => {
  const missing = REQUIRED.find(([claim]) => payload[claim] === undefined);
  return missing === undefined ? undefined : refuse('missing_claim', `the claim ${missing[0]} is required`);
};

/** Issuer and audience are compared exactly. A list of audiences is refused: it was minted for others too. */
export const isFromIssuer: TokenStep = ({ payload, rules }) =>
  payload['iss'] === rules.issuer ? undefined : refuse('bad_issuer', 'the token is of another issuer');

export const isForAudience: TokenStep = ({ payload, rules }) =>
  payload['aud'] === rules.audience ? undefined : refuse('bad_audience', 'the token is for another audience');

export const hasClaimsOfTheirTypes: TokenStep = ({ payload }) => {
  const wrong = REQUIRED.find(([claim, holds]) => !holds(payload[claim]));
  if (wrong !== undefined) return refuse('malformed', `the claim ${wrong[0]} is not of its type`);
  if (payload['log'] !== undefined && !text(isSealedLog)(payload['log']))
    return refuse('malformed', 'the claim log is not of its type');
  const signatures = payload['countersignatures'];
  return signatures === undefined || Array.isArray(signatures)
    ? undefined
    : refuse('malformed', 'the claim countersignatures is not of its type');
};

/** A token with `cnf` (RFC 7800) is valid only with proof of a key. That cannot be checked here, so it is refused. */
export const isNotBoundToKey: TokenStep = ({ payload }) =>
  payload['cnf'] === undefined
    ? undefined
    : refuse('malformed', 'cnf is a binding that cannot be checked here');

/** A time claim in milliseconds. NaN if it is not a number; then every comparison below refuses. */
const time = (claim: unknown): number => (typeof claim === 'number' ? claim * 1_000 : Number.NaN);

export const hasNotEnded: TimeStep = ({ payload: { exp, grant_exp }, now }) =>
  now < time(exp) && now < time(grant_exp)
    ? undefined
    : refuse('expired', 'the token, or its grant, has ended');

export const hasBegun: TimeStep = ({ payload: { nbf, iat, grant_nbf }, now }) =>
  time(nbf) <= now + CLOCK_SKEW_MS &&
  time(iat) <= now + CLOCK_SKEW_MS &&
  time(grant_nbf) <= now + CLOCK_SKEW_MS
    ? undefined
    : refuse('not_yet_valid', 'the token, or its grant, has not begun');

/** P3: checked again here, so that a faulty minter opens nothing outside a grant's window. */
export const beginsInsideGrant: TokenStep = ({ payload: { grant_nbf, nbf, exp } }) =>
  time(grant_nbf) <= time(nbf) && time(nbf) < time(exp)
    ? undefined
    : refuse('not_yet_valid', 'the token would begin before its grant does');

export const endsInsideGrant: TokenStep = ({ payload: { exp, grant_exp } }) =>
  time(exp) <= time(grant_exp) ? undefined : refuse('expired', 'the token would outlive its grant');

/** One entry of our type (RFC 9396), with terms that are parsed strictly. */
export const carriesTerms: TokenStep = (context) => {
  const details = context.payload['authorization_details'];
  const [detail]: unknown[] = Array.isArray(details) && details.length === 1 ? details : [];
  if (
    !isObject(detail) ||
    detail['type'] !== 'tenant_data' ||
    detail['terms'] === undefined ||
    Object.keys(detail).length !== 2
  ) {
    return refuse('malformed', 'authorization_details is one entry {type: "tenant_data", terms}');
  }
  try {
    context.claims = claimsOf(context.payload, parseTerms(detail['terms']));
    context.rawTerms = detail['terms'];
    return undefined;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return refuse('malformed', `the terms are not of version 1: ${error.code} at ${error.pointer ?? ''}`);
  }
};

/** The digest is computed from the terms, never believed. */
export const hasDigestOfItsTerms: TokenStep = ({ claims, rawTerms, rules }) =>
  claims !== undefined && sha256Digest(rules.hashing, canonicalJson(rawTerms)) === claims.digest
    ? undefined
    : refuse('digest_mismatch', 'the digest is not that of the terms');

export const agreesWithItsTerms: TokenStep = ({ claims }) =>
  claims !== undefined && claims.terms.tenant === claims.tenant && claims.terms.requester === claims.sub
    ? undefined
    : refuse('digest_mismatch', 'tenant or person is not that of the terms');

/** Only access for an authority may be kept out of the tenant's log, and no log but a sealed one may hold it. */
export const isSealedForAnAuthority: TokenStep = ({ claims }) =>
  claims?.log === undefined || claims.terms.basis === 'legal'
    ? undefined
    : refuse('digest_mismatch', 'only access on the basis legal is recorded in a sealed log');

export const hasWindowOfItsTerms: TokenStep = ({ claims }) => {
  if (claims === undefined) return refuse('digest_mismatch', 'there are no terms');
  const { terms, grant_nbf: begins, grant_exp: ends } = claims;
  const early = terms.startsAt !== undefined && begins * 1_000 < Date.parse(terms.startsAt);
  return !early && ends <= begins + terms.seconds
    ? undefined
    : refuse('digest_mismatch', "the grant's window is not that of the terms");
};

/** A window of the right length is not enough: it must also have begun while its terms could be approved or used. */
export const endsWithItsTerms: TokenStep = ({ claims }) =>
  claims !== undefined && claims.grant_exp * 1_000 <= latestEndOfTerms(claims.terms)
    ? undefined
    : refuse('digest_mismatch', 'the grant would end after its terms can');

/** The types of the claims were checked before. The members are written out: spreading them took a tenth of all the checks. */
function claimsOf(payload: JsonObject, terms: Terms): GrantTokenClaims {
  const all = payload as GrantTokenClaims;
  const claims: GrantTokenClaims = {
    iss: all.iss,
    aud: all.aud,
    sub: all.sub,
    client_id: 'countersign',
    jti: all.jti,
    iat: all.iat,
    nbf: all.nbf,
    exp: all.exp,
    grant_id: all.grant_id,
    grant_nbf: all.grant_nbf,
    grant_exp: all.grant_exp,
    tenant: all.tenant,
    digest: all.digest,
    terms,
  };
  if (all.log !== undefined) claims.log = all.log;
  if (all.countersignatures !== undefined) claims.countersignatures = all.countersignatures;
  return claims;
}
