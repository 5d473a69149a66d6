import { CLOCK_SKEW_MS } from '@countersign/contract';
import type { TimeStep, TokenStep } from './context.js';
import { refuse } from './verdict.js';

/** A time claim in milliseconds; NaN where it is no number, and every comparison below then refuses. */
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

/** P3: what the minter promised is checked again, so that a minter that errs opens nothing outside a grant's window. */
export const beginsInsideGrant: TokenStep = ({ payload: { grant_nbf, nbf, exp } }) =>
  time(grant_nbf) <= time(nbf) && time(nbf) < time(exp)
    ? undefined
    : refuse('not_yet_valid', 'the token would begin before its grant does');

export const endsInsideGrant: TokenStep = ({ payload: { exp, grant_exp } }) =>
  time(exp) <= time(grant_exp) ? undefined : refuse('expired', 'the token would outlive its grant');
