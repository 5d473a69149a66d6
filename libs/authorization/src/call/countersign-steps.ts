import { forbidsCall } from '@countersign/contract';
import type { PinnedTrust } from '../countersignature/countersign.js';
import type { CountersignReason } from '../countersignature/refusal.js';
import type { CallContext, CallRefusal, CallStep } from './call.js';

/** Undefined where the tenant has pinned nothing here: then the checks of a trust document have nothing to say. */
function pinned({ trust }: CallContext): PinnedTrust | undefined {
  return trust === 'unpinned' ? undefined : trust;
}

const notCountersigned = (reason: CountersignReason, detail: string): CallRefusal => ({
  code: 'not_countersigned',
  detail,
  reason,
});

/** What the customer's own document forbids, whatever the broker says that it forbids. */
export const trustDoesNotForbid: CallStep = (context) => {
  const trust = pinned(context);
  if (trust === undefined) return undefined;
  const { service } = context.call;
  const { resource = '', action = '' } = context.match ?? {};
  return trust.document.forbid.some((rule) => forbidsCall(rule, service, resource, action))
    ? { code: 'insufficient_scope', detail: 'the tenant’s trust document forbids this', reason: 'forbidden' }
    : undefined;
};

/** A tenant that is claimed is judged by what was pinned on this gateway's host, never by what the feed brings alone. */
export const trustIsPinned: CallStep = ({ trust }) =>
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
 * A customer's digest holds the hash of a map, and with it where calls go and how they say the tenant: a map that the
 * vendor publishes later moves none of that.
 */
export const goesWhereItWasSigned: CallStep = (context) => {
  if (pinned(context) === undefined) return undefined;
  const { claims, call, view } = context;
  const signed = view.mapByHash(claims.terms.routes)?.definition;
  const current = view.currentMap(call.service)?.definition;
  return signed?.upstream === current?.upstream &&
    signed?.audience === current?.audience &&
    signed?.tenantFrom === current?.tenantFrom &&
    signed?.tenantHeader === current?.tenantHeader
    ? undefined
    : { code: 'route_not_listed', detail: 'the service is another than when the grant was signed' };
};

/** Approval and invitation are the customer's own word; any other ground counts as far as the document lists it. */
export const basisIsAccepted: CallStep = (context) => {
  const trust = pinned(context);
  const { basis, seconds } = context.claims.terms;
  if (trust === undefined || isConsent(basis)) return undefined;
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

/** Every action that the document does not except carries the customer's own signatures. */
export const isCountersigned: CallStep = (context) => {
  const trust = pinned(context);
  const { claims, view, match } = context;
  if (trust === undefined || !isConsent(claims.terms.basis)) return undefined;
  if (trust.document.countersign.exceptActions.includes(match?.action ?? '')) return undefined;
  const refusal = view.countersigned(claims, trust);
  return refusal === undefined ? undefined : notCountersigned(refusal.reason, refusal.detail);
};

const isConsent = (basis: string): boolean => basis === 'approval' || basis === 'invitation';
