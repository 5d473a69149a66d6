import { CLOCK_SKEW_MS } from '@countersign/contract';
import { logOf } from '../token/grant-token.js';
import type { CallRefusal, CallStep } from './call.js';

const ended = (detail: string): CallRefusal => ({ code: 'grant_ended', detail });

/** The call may have waited since the gateway was found to be in touch. */
export const gatewayIsInTouch: CallStep = ({ view, now }) =>
  view.isInTouch(now) ? undefined : { code: 'not_in_touch', detail: 'the gateway lost touch meanwhile' };

/**
 * One forwarded call spends an approved change. This comes before the checks of the grant, which ends with its budget: the
 * second attempt gets the same answer before the grant's end has arrived and after.
 */
export const changeIsNotSpent: CallStep = ({ claims: { terms, digest }, view }) =>
  terms.change !== undefined && view.isChangeSpent(digest)
    ? { code: 'budget_exhausted', detail: 'the one approved change has been made' }
    : undefined;

/** The window of a digest is fixed: the feed must not list the grant with another beginning than the token names. */
export const grantBeganAsTokenSays: CallStep = ({ claims, grant }) =>
  grant === undefined || grant.startsAt === claims.grant_nbf * 1_000
    ? undefined
    : ended('the window of these terms began at another time');

/** The approver signed the budget in the terms. A feed that lists another one, or none, is not believed. */
export const grantHasBudgetOfTerms: CallStep = ({ claims: { terms }, grant }) =>
  grant === undefined ||
  (terms.budget?.calls === grant.budget?.calls && terms.budget?.bytes === grant.budget?.bytes)
    ? undefined
    : ended('the active grant has another budget than these terms');

/**
 * The list of active grants: only a listed digest opens anything, and only as that grant, for that tenant and service.
 * A well-signed token alone is not enough.
 */
export const grantIsActive: CallStep = ({ claims, call, grant }) => {
  if (grant === undefined) return ended('no active grant has this digest');
  // A sealed grant is listed under its log: the token and the list have to agree where the calls are recorded.
  if (grant.id !== claims.grant_id || grant.tenant !== logOf(claims)) {
    return ended('the active grant of this digest is another one');
  }
  return grant.service === call.service && claims.terms.service === call.service
    ? undefined
    : { code: 'insufficient_scope', detail: 'the grant is for another service' };
};

/** The window by the feed, in addition to the token's own. */
export const grantIsWithinWindow: CallStep = ({ grant, now }) => {
  if (grant === undefined || now >= grant.endsAt) return ended('the grant has ended');
  return now + CLOCK_SKEW_MS < grant.startsAt ? ended('the grant has not started') : undefined;
};

/** A lock closes what a grant opens, until the lock is lifted. The grant itself does not change. */
export const nothingIsLocked: CallStep = ({ claims, call, view }) => {
  const { tenant, terms, digest, grant_id: grant } = claims;
  const locked = view.findLock({ tenant, person: terms.requester, service: call.service, grant, digest });
  return locked === undefined ? undefined : { code: 'locked', detail: locked };
};

/** Bounds how many calls run at once under one grant and at one service, so that no grant starves the others. */
export const concurrencyHasRoom: CallStep = ({ claims, call, view }) =>
  view.hasRoom(claims.digest, call.service, call.bodyIsArriving)
    ? undefined
    : {
        code: 'rate_limited',
        detail: `too many ${call.bodyIsArriving ? 'calls at once, or bodies that are arriving' : 'calls at once'}`,
      };

/** The grant's budget of calls and bytes is not used up. */
export const budgetIsLeft: CallStep = ({ claims, grant, view }) =>
  grant !== undefined && view.hasBudgetLeft(claims.digest, grant)
    ? undefined
    : { code: 'budget_exhausted', detail: "the grant's budget is used up" };

/** A body of declared length. One of unknown length is counted while it is forwarded. */
export const bodyIsNotTooLarge: CallStep = ({ call, view }) =>
  call.bodyLength === undefined || call.bodyLength <= view.maxBodyBytes
    ? undefined
    : { code: 'body_too_large', detail: 'the body is larger than is accepted' };
