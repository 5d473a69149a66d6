import { isDigest, isId, isTenantSlug } from '@countersign/contract';
import type { TokenStep } from './context.js';
import { refuse } from './verdict.js';

type Test = (value: unknown) => boolean;

const text =
  (holds: (value: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && holds(value);
const seconds: Test = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const shortText = text((value) => value.length > 0 && value.length <= 512);

/** Every claim that a grant token must have, with its type. `cnf` and `countersignatures` are looked at on their own. */
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

/** Issuer and audience are compared exactly: a list that names us among others was minted for others too. */
export const isFromIssuer: TokenStep = ({ payload, rules }) =>
  payload['iss'] === rules.issuer ? undefined : refuse('bad_issuer', 'the token is of another issuer');

export const isForAudience: TokenStep = ({ payload, rules }) =>
  payload['aud'] === rules.audience ? undefined : refuse('bad_audience', 'the token is for another audience');

export const hasClaimsOfTheirTypes: TokenStep = ({ payload }) => {
  const wrong = REQUIRED.find(([claim, holds]) => !holds(payload[claim]));
  if (wrong !== undefined) return refuse('malformed', `the claim ${wrong[0]} is not of its type`);
  const signatures = payload['countersignatures'];
  return signatures === undefined || Array.isArray(signatures)
    ? undefined
    : refuse('malformed', 'the claim countersignatures is not of its type');
};

/** RFC 7800: the token counts only with proof of a key. We cannot check one, so we do not act as if it were absent. */
export const isNotBoundToKey: TokenStep = ({ payload }) =>
  payload['cnf'] === undefined ? undefined : refuse('malformed', 'cnf is a binding that is not checked here');
