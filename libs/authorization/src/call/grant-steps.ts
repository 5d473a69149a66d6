import { CLOCK_SKEW_MS } from '@countersign/contract';
import type { CallRefusal, CallStep } from './call.js';

const ended = (detail: string): CallRefusal => ({ code: 'grant_ended', detail });

/**
 * The positive list: only a digest that the feed names opens anything, and only as that grant, for that tenant and
 * service. A token alone, however well signed, is not enough.
 */
export const grantIsActive: CallStep = ({ claims, call, grant }) => {
  if (grant === undefined) return ended('no active grant has this digest');
  if (grant.id !== claims.grant_id || grant.tenant !== claims.tenant) {
    return ended('the active grant of this digest is another one');
  }
  return grant.service === call.service && claims.terms.service === call.service
    ? undefined
    : { code: 'insufficient_scope', detail: 'the grant is for another service' };
};

/** The window as the feed gives it, beside the token's own. */
export const grantIsWithinWindow: CallStep = ({ grant, now }) => {
  if (grant === undefined || now >= grant.endsAt) return ended('the grant has ended');
  return now + CLOCK_SKEW_MS < grant.startsAt ? ended('the grant has not started') : undefined;
};

/** A lock stops what a grant would open, until it is lifted; the grant itself stays as it is. */
export const nothingIsLocked: CallStep = ({ claims, call, view }) => {
  const { tenant, terms, digest } = claims;
  const locked = view.lockOn({ tenant, person: terms.requester, service: call.service, digest });
  return locked === undefined ? undefined : { code: 'locked', detail: locked };
};
