import { forbidsCall, scopeAllows } from '@countersign/contract';
import type { CallRefusal, CallStep } from './call.js';

const outside = (detail: string): CallRefusal => ({ code: 'insufficient_scope', detail });

/** The tenant of the call is the token's, and the terms' too. */
export const tenantIsTheTokens: CallStep = ({ claims, match }) =>
  match?.tenant === claims.tenant && claims.terms.tenant === claims.tenant
    ? undefined
    : outside('the call is for another tenant');

/** The approved scope allows this action on this one resource. */
export const scopeCovers: CallStep = ({ claims, match }) =>
  match !== undefined && scopeAllows(claims.terms.scope, match.resource, match.action)
    ? undefined
    : outside('the scope does not allow this action on this resource');

/** What the tenant forbids now, whatever it approved before. A tenant that is not known forbids everything. */
export const tenantDoesNotForbid: CallStep = ({ claims, call, view, match }) => {
  const rules = view.forbidden(claims.tenant);
  if (rules === undefined || match === undefined) return outside('the tenant is not known');
  return rules.some((rule) => forbidsCall(rule, call.service, match.resource, match.action))
    ? outside('the tenant forbids this')
    : undefined;
};

/** Terms that bind one change allow that one call alone: method, path with query, and body to the byte. */
export const changeIsTheApproved: CallStep = ({ claims: { terms }, call }) => {
  const change = terms.change;
  if (change === undefined) return undefined;
  const same =
    change.method === call.method &&
    change.path === call.path + call.query &&
    change.bodySha256 === call.bodySha256;
  return same ? undefined : outside('this is not the one change that was approved');
};
