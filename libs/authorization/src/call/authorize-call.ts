import { ContractError } from '@countersign/contract';
import type {
  ActiveGrant,
  Call,
  CallContext,
  CallRefusal,
  CallStep,
  CallToken,
  CallView,
  LinkedFields,
  Masking,
  MatchedCall,
  PublishedRouteMap,
  RoutesOfCall,
} from './call.js';
import {
  basisIsAccepted,
  claimedTenantIsPinned,
  isCountersigned,
  serviceIsAsSigned,
  trustDoesNotForbid,
  trustIsInForce,
} from './countersign-steps.js';
import {
  bodyIsNotTooLarge,
  budgetIsLeft,
  changeIsNotSpent,
  concurrencyHasRoom,
  gatewayIsInTouch,
  grantBeganAsTokenSays,
  grantHasBudgetOfTerms,
  grantIsActive,
  grantIsWithinWindow,
  nothingIsLocked,
} from './grant-steps.js';
import { namesNoOtherPinnedTenant } from './named-tenants.js';
import {
  changeIsTheApproved,
  rangeIsOne,
  routeIsListed,
  scopeCovers,
  tenantAcceptsMode,
  tenantDoesNotForbid,
  tenantIsTheTokens,
} from './route-and-scope-steps.js';
import { signingKeyIsActive, tokenHasNotExpired } from './token-steps.js';

/**
 * Every check of a call after its token is verified, in the order in which a caller learns of refusals
 * (docs/contract.md, Gateway).
 */
const callSteps: readonly CallStep[] = [
  gatewayIsInTouch,
  signingKeyIsActive,
  tokenHasNotExpired,
  changeIsNotSpent,
  grantBeganAsTokenSays,
  grantHasBudgetOfTerms,
  grantIsActive,
  grantIsWithinWindow,
  nothingIsLocked,
  routeIsListed,
  tenantIsTheTokens,
  namesNoOtherPinnedTenant,
  scopeCovers,
  tenantDoesNotForbid,
  tenantAcceptsMode,
  trustDoesNotForbid,
  changeIsTheApproved,
  rangeIsOne,
  claimedTenantIsPinned,
  trustIsInForce,
  serviceIsAsSigned,
  basisIsAccepted,
  isCountersigned,
  concurrencyHasRoom,
  budgetIsLeft,
  bodyIsNotTooLarge,
];

/**
 * Checks that read nothing but the call, the token's claims and the two route maps. None of these ever changes, so while the maps are the
 * same objects, neither does the result.
 */
const unchangingSteps: ReadonlySet<CallStep> = new Set([
  routeIsListed,
  tenantIsTheTokens,
  scopeCovers,
  changeIsTheApproved,
  rangeIsOne,
]);

/** The other checks, in the same order: what they read may change at any time. */
const changingSteps = callSteps.filter((step) => !unchangingSteps.has(step));

/**
 * `match` is null while the route is not known. A refused call has it if its route was found. `headers`: the request headers
 * that pass beside the default, in lower case. `masking`: what the answer must not show; undefined if it may show all.
 * `links`: the presigned links in it; undefined if it has none.
 */
export type CallDecision =
  | {
      allowed: true;
      match: MatchedCall;
      grant: ActiveGrant;
      /** The current map. */
      map: PublishedRouteMap;
      /** The map that the terms name. */
      approvedMap: PublishedRouteMap;
      routes: RoutesOfCall;
      headers: ReadonlySet<string>;
      masking: Masking | undefined;
      links: LinkedFields | undefined;
    }
  | ({ allowed: false; match: MatchedCall | null } & CallRefusal);

/**
 * Decides one call under a verified token. Pure and total: the first check that refuses decides, and a check that throws
 * refuses (P13). A path that no route may read is `ambiguous_request`. If a variable that names the tenant or the resource has no usable
 * value, the call is `operation_refused`. Any other error is `insufficient_scope`.
 */
export function authorizeCall(token: CallToken, call: Call, view: CallView, now: number): CallDecision {
  let context: CallContext | undefined;
  try {
    context = contextOf(token, call, view, now);
    for (const step of callSteps) {
      const refusal = step(context);
      if (refusal !== undefined) return { allowed: false, match: context.match ?? null, ...refusal };
    }
  } catch (error) {
    return { allowed: false, match: context?.match ?? null, ...refusalOf(error) };
  }
  const { match, routes, grant, currentMap: map, approvedMap, headers, masking, links } = context;
  return match === undefined ||
    routes === undefined ||
    grant === undefined ||
    map === undefined ||
    approvedMap === undefined
    ? { allowed: false, match: null, code: 'route_not_listed', detail: 'the route is not listed' }
    : { allowed: true, match, grant, map, approvedMap, routes, headers, masking, links };
}

/**
 * Decides again about a call that was allowed: `token` and `call` are those of that decision. Returns the refusal if the call is not
 * allowed any more. It is as strict as `authorizeCall`; only the checks whose result cannot have changed are not repeated.
 */
export function authorizeCallAgain(
  token: CallToken,
  call: Call,
  view: CallView,
  now: number,
  before: AllowedDecision,
): CallRefusal | undefined {
  try {
    const context = contextOf(token, call, view, now);
    const haveSameMaps = context.currentMap === before.map && context.approvedMap === before.approvedMap;
    if (haveSameMaps) {
      context.match = before.match;
      context.routes = before.routes;
      context.headers = before.headers;
      context.masking = before.masking;
      context.links = before.links;
    }
    for (const step of haveSameMaps ? changingSteps : callSteps) {
      const refusal = step(context);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

export type AllowedDecision = Extract<CallDecision, { allowed: true }>;

const NO_HEADERS: ReadonlySet<string> = new Set();

function contextOf({ claims, kid }: CallToken, call: Call, view: CallView, now: number): CallContext {
  return {
    claims,
    kid,
    call,
    view,
    now,
    grant: view.grant(claims.digest),
    trust: view.trust(claims.tenant),
    approvedMap: view.mapByHash(claims.terms.routes),
    currentMap: view.currentMap(call.service),
    match: undefined,
    routes: undefined,
    headers: NO_HEADERS,
    masking: undefined,
    links: undefined,
  };
}

function refusalOf(error: unknown): CallRefusal {
  const code = error instanceof ContractError ? error.code : undefined;
  const { message: detail } = error as Error;
  if (code === 'ambiguous_request') return { code, detail };
  if (code === 'invalid_operation') return { code: 'operation_refused', detail, reason: 'variable' };
  return { code: 'insufficient_scope', detail: 'a check could not be made' };
}
