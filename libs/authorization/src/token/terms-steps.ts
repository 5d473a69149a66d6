import {
  ContractError,
  canonicalJson,
  latestEndOfTerms,
  parseTerms,
  sha256Digest,
  type Terms,
} from '@countersign/contract';
import type { GrantTokenClaims } from './claims.js';
import type { JsonObject, TokenStep } from './context.js';
import { isObject } from './form-steps.js';
import { refuse } from './verdict.js';

/** One entry, of our type, with terms that are read strictly (RFC 9396 carries them). */
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

/**
 * The digest is never believed: reviewers approved terms, and these are the terms that were approved, or not. They are hashed as
 * the token has them, which were read strictly: in canonical order as a rule, so that nothing has to be sorted.
 */
export const hasDigestOfItsTerms: TokenStep = ({ claims, rawTerms, rules }) =>
  claims !== undefined && sha256Digest(rules.hashing, canonicalJson(rawTerms)) === claims.digest
    ? undefined
    : refuse('digest_mismatch', 'the digest is not that of the terms');

export const agreesWithItsTerms: TokenStep = ({ claims }) =>
  claims !== undefined && claims.terms.tenant === claims.tenant && claims.terms.requester === claims.sub
    ? undefined
    : refuse('digest_mismatch', 'tenant or person is not that of the terms');

export const hasWindowOfItsTerms: TokenStep = ({ claims }) => {
  if (claims === undefined) return refuse('digest_mismatch', 'there are no terms');
  const { terms, grant_nbf: begins, grant_exp: ends } = claims;
  const early = terms.startsAt !== undefined && begins * 1_000 < Date.parse(terms.startsAt);
  return !early && ends <= begins + terms.seconds
    ? undefined
    : refuse('digest_mismatch', "the grant's window is not that of the terms");
};

/** A window of the right length counts only where its terms could still be approved, or used, when it began. */
export const endsWithItsTerms: TokenStep = ({ claims }) =>
  claims !== undefined && claims.grant_exp * 1_000 <= latestEndOfTerms(claims.terms)
    ? undefined
    : refuse('digest_mismatch', 'the grant would end after its terms can');

/** Called after the types were checked; what is not a string or number here would have been refused before. */
function claimsOf(payload: JsonObject, terms: Terms): GrantTokenClaims {
  const text = (claim: string) => String(payload[claim]);
  const number = (claim: string) => Number(payload[claim]);
  const signatures: unknown = payload['countersignatures'];
  return {
    iss: text('iss'),
    aud: text('aud'),
    sub: text('sub'),
    client_id: 'countersign',
    jti: text('jti'),
    iat: number('iat'),
    nbf: number('nbf'),
    exp: number('exp'),
    grant_id: text('grant_id'),
    grant_nbf: number('grant_nbf'),
    grant_exp: number('grant_exp'),
    tenant: text('tenant'),
    digest: text('digest'),
    terms,
    ...(Array.isArray(signatures) ? { countersignatures: signatures } : {}),
  };
}
