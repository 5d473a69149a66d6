import type { TimeStep, TokenContext, TokenStep } from './context.js';
import { refuse } from './verdict.js';

/** Clocks of minter and checker may differ by this much when a token begins. When it ends, not at all. */
const SKEW_MS = 5_000;

type Times = 'iat' | 'nbf' | 'exp' | 'grant_nbf' | 'grant_exp';

/** A time claim in milliseconds; NaN where it is no number, and every comparison below then refuses. */
function time({ payload }: Pick<TokenContext, 'payload'>, claim: Times): number {
  const value = payload[claim];
  return typeof value === 'number' ? value * 1_000 : Number.NaN;
}

export const hasNotEnded: TimeStep = (context) =>
  context.now < time(context, 'exp') && context.now < time(context, 'grant_exp')
    ? undefined
    : refuse('expired', 'the token, or its grant, has ended');

export const hasBegun: TimeStep = (context) =>
  time(context, 'nbf') <= context.now + SKEW_MS &&
  time(context, 'iat') <= context.now + SKEW_MS &&
  time(context, 'grant_nbf') <= context.now + SKEW_MS
    ? undefined
    : refuse('not_yet_valid', 'the token, or its grant, has not begun');

/** P3: what the minter promised is checked again, so that a minter that errs opens nothing outside a grant's window. */
export const beginsInsideGrant: TokenStep = (context) =>
  time(context, 'grant_nbf') <= time(context, 'nbf') && time(context, 'nbf') < time(context, 'exp')
    ? undefined
    : refuse('not_yet_valid', 'the token would begin before its grant does');

export const endsInsideGrant: TokenStep = (context) =>
  time(context, 'exp') <= time(context, 'grant_exp')
    ? undefined
    : refuse('expired', 'the token would outlive its grant');
