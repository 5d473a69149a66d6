import type { CallStep } from './call.js';

/** So many calls at once under one grant and at one service, so that no grant starves the others. */
export const concurrencyHasRoom: CallStep = ({ claims, call, view }) =>
  view.hasRoom(claims.digest, call.service)
    ? undefined
    : { code: 'rate_limited', detail: 'too many calls at once' };

/** The grant's budget of calls and bytes is not used up. */
export const budgetIsLeft: CallStep = ({ claims, view }) =>
  view.hasBudget(claims.digest)
    ? undefined
    : { code: 'budget_exhausted', detail: "the grant's budget is used up" };
