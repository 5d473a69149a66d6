import type { EventType } from '@countersign/contract';

/**
 * Types of leaves in the deployment's log that no grant depends on: contact with gateways, their counters, and delivery of
 * notices. Grants depend on all others: route maps, gateways, keys, staff, access policy. A new type counts unless it is listed
 * here.
 */
const ROUTINE: ReadonlySet<EventType> = new Set([
  'access.counters',
  'gateway.closed',
  'gateway.returned',
  'gateway.mismatch',
  'notice.retried',
]);

/** Whether a grant may depend on what this leaf of the deployment's log says. */
export const isReliedOn = (type: EventType): boolean => !ROUTINE.has(type);
