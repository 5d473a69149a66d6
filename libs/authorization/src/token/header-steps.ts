import { verify } from 'node:crypto';
import { isEs256Key } from '../keys/es256.js';
import type { TokenStep } from './context.js';
import { refuse } from './verdict.js';

const SIGNATURE_BYTES = 64;

/** The algorithm is a constant of ours; the header only has to agree. It never chooses. */
export const usesEs256: TokenStep = ({ header }) =>
  header['alg'] === 'ES256' ? undefined : refuse('bad_algorithm', 'the algorithm is ES256, spelt so');

/** Comes after the algorithm, so that an unsecured JWS (RFC 7518 §3.6) is refused for saying that it is one. */
export const isSigned: TokenStep = ({ parts }) =>
  parts.signature !== '' ? undefined : refuse('malformed', 'the token has no signature');

/** RFC 9068's type keeps tokens of other kinds that the same key may have signed from being taken for grants. */
export const isAccessToken: TokenStep = ({ header }) =>
  header['typ'] === 'at+jwt' ? undefined : refuse('bad_type', 'the type is at+jwt, spelt so');

/** No `jwk`, `jku`, `x5u`, `x5c`, `crit`, `b64`: a header that brings its own key or rules is not ours. */
export const hasNoFurtherHeader: TokenStep = ({ header }) =>
  Object.keys(header).every((name) => name === 'alg' || name === 'typ' || name === 'kid')
    ? undefined
    : refuse('malformed', 'the header has alg, typ and kid, and nothing else');

export const namesKnownKey: TokenStep = (context) => {
  const kid = context.header['kid'];
  context.key = typeof kid === 'string' ? context.rules.key(kid, context.now) : undefined;
  return context.key !== undefined && isEs256Key(context.key)
    ? undefined
    : refuse('unknown_key', 'no trusted ES256 key has this kid');
};

export const isSignedByThatKey: TokenStep = ({ key, token, parts, bytes: { signature } }) => {
  const holds =
    key !== undefined &&
    signature.length === SIGNATURE_BYTES &&
    verify(
      'sha256',
      Buffer.from(token.slice(0, parts.header.length + 1 + parts.payload.length), 'latin1'),
      { key, dsaEncoding: 'ieee-p1363' },
      signature,
    );
  return holds ? undefined : refuse('bad_signature', 'the signature is not of this key over this token');
};
