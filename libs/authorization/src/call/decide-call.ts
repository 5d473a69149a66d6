import { ContractError } from '@countersign/contract';
import type { Call, CallClaims, CallContext, CallRefusal, CallStep, CallView, MatchedCall } from './call.js';
import {
  basisIsAccepted,
  goesWhereItWasSigned,
  isCountersigned,
  trustDoesNotForbid,
  trustIsInForce,
  trustIsPinned,
} from './countersign-steps.js';
import { grantIsActive, grantIsWithinWindow, nothingIsLocked } from './grant-steps.js';
import { budgetIsLeft, concurrencyHasRoom } from './limit-steps.js';
import { namesNoOtherPinnedTenant } from './named-tenants.js';
import { routeIsListed } from './route-steps.js';
import { changeIsTheApproved, scopeCovers, tenantDoesNotForbid, tenantIsTheTokens } from './scope-steps.js';

/** Every check of a call after its token is verified, in the order in which a caller learns of refusals. */
const callSteps: readonly CallStep[] = [
  grantIsActive,
  grantIsWithinWindow,
  nothingIsLocked,
  routeIsListed,
  tenantIsTheTokens,
  namesNoOtherPinnedTenant,
  scopeCovers,
  tenantDoesNotForbid,
  trustDoesNotForbid,
  changeIsTheApproved,
  trustIsPinned,
  trustIsInForce,
  goesWhereItWasSigned,
  basisIsAccepted,
  isCountersigned,
  concurrencyHasRoom,
  budgetIsLeft,
];

/** `match` is null while the route is not known; a refused call has it where the route was found. */
type CallDecision =
  | { allowed: true; match: MatchedCall }
  | ({ allowed: false; match: MatchedCall | null } & CallRefusal);

/**
 * Decides one call under a verified token. Pure and total: the first check that refuses decides, and a check that
 * throws refuses (a spelling that no route may judge as `ambiguous_request`, anything else as
 * `insufficient_scope`).
 */
export function decideCall(claims: CallClaims, call: Call, view: CallView, now: number): CallDecision {
  let match: MatchedCall | undefined;
  try {
    const grant = view.grant(claims.digest);
    const trust = view.trust(claims.tenant);
    const context: CallContext = { claims, call, view, now, grant, trust, match };
    for (const step of callSteps) {
      const refusal = step(context);
      match = context.match;
      if (refusal !== undefined) return { allowed: false, match: match ?? null, ...refusal };
    }
  } catch (error) {
    return { allowed: false, match: match ?? null, ...refusalOf(error) };
  }
  return match === undefined
    ? { allowed: false, match: null, code: 'route_not_listed', detail: 'the route is not listed' }
    : { allowed: true, match };
}

function refusalOf(error: unknown): CallRefusal {
  return error instanceof ContractError && error.code === 'ambiguous_request'
    ? { code: 'ambiguous_request', detail: error.message }
    : { code: 'insufficient_scope', detail: 'a check could not be made' };
}
