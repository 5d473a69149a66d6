import { forbidsCall } from '@countersign/contract';
import type { CountersignReason, PinnedTrust } from '../countersignature/countersignature.js';
import type { CallContext, CallRefusal, CallStep } from './call.js';

/**
 * The tenant's pinned trust. Undefined both for an unclaimed tenant, which needs no signatures, and for a claimed tenant
 * without a pin: `claimedTenantIsPinned` has refused that one before any step that needs signatures.
 */
function pinned({ trust }: CallContext): PinnedTrust | undefined {
  return trust === 'unpinned' ? undefined : trust;
}

const notCountersigned = (reason: CountersignReason, detail: string): CallRefusal => ({
  code: 'not_countersigned',
  detail,
  reason,
});

/** The customer's own document forbids it, whatever `forbid` rules the broker sends. */
export const trustDoesNotForbid: CallStep = (context) => {
  const trust = pinned(context);
  if (trust === undefined) return undefined;
  const { service } = context.call;
  const { resource = '', action = '' } = context.match ?? {};
  return trust.document.forbid.some((rule) => forbidsCall(rule, service, resource, action))
    ? { code: 'insufficient_scope', detail: 'the tenant’s trust document forbids this', reason: 'forbidden' }
    : undefined;
};

/** For a claimed tenant only the chain that was pinned on this gateway's host counts, never the feed alone (P12). */
export const claimedTenantIsPinned: CallStep = ({ trust }) =>
  trust === 'unpinned'
    ? notCountersigned('not_pinned', 'the tenant is claimed, and this gateway has nothing pinned for it')
    : undefined;

export const trustIsInForce: CallStep = (context) => {
  const trust = pinned(context);
  return trust === undefined || context.now < Date.parse(trust.document.validUntil)
    ? undefined
    : notCountersigned('trust_expired', 'the tenant’s trust document has expired');
};

/**
 * The digest that the customer signed covers a route map, and with it the upstream and the place where calls name their
 * tenant. A map that the vendor publishes later cannot change either.
 */
export const serviceIsAsSigned: CallStep = (context) => {
  if (pinned(context) === undefined) return undefined;
  const signed = context.approvedMap?.definition;
  const current = context.currentMap?.definition;
  return signed?.upstream === current?.upstream &&
    signed?.audience === current?.audience &&
    signed?.tenantFrom === current?.tenantFrom &&
    signed?.tenantHeader === current?.tenantHeader &&
    signed?.checksTenant === current?.checksTenant
    ? undefined
    : { code: 'route_not_listed', detail: 'the service is another than when the grant was signed' };
};

/** Approval and invitation come from the customer. Any other basis is accepted only if the document lists it. */
export const basisIsAccepted: CallStep = (context) => {
  const trust = pinned(context);
  const { basis, seconds, unmasked } = context.claims.terms;
  if (trust === undefined || isConsent(basis)) return undefined;
  if (unmasked === true)
    return notCountersigned(
      'basis_not_accepted',
      'hidden fields are shown only with the customer’s approval or invitation',
    );
  const { service } = context.call;
  const action = context.match?.action ?? '';
  const accepted = trust.document.bases.some(
    (listed) =>
      listed.basis === basis &&
      listed.services.includes(service) &&
      listed.actions.includes(action) &&
      seconds <= listed.maxSeconds,
  );
  return accepted
    ? undefined
    : notCountersigned('basis_not_accepted', 'the trust document does not accept this basis for this');
};

/**
 * Every action that the document does not except needs the customer's own signatures, and so does every action of a grant that shows
 * hidden fields: no one but the customer decides that.
 */
export const isCountersigned: CallStep = (context) => {
  const trust = pinned(context);
  const { claims, view, match } = context;
  if (trust === undefined || !isConsent(claims.terms.basis)) return undefined;
  const isExcepted = trust.document.countersign.exceptActions.includes(match?.action ?? '');
  if (isExcepted && claims.terms.unmasked !== true) return undefined;
  const refusal = view.checkCountersigned(claims, trust);
  return refusal === undefined ? undefined : notCountersigned(refusal.reason, refusal.detail);
};

const isConsent = (basis: string): boolean => basis === 'approval' || basis === 'invitation';
