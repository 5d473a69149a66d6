import type { BrokerEnvironment } from '@countersign/config';
import { isLoopbackHost } from '@countersign/contract';
import type { OutboundOptions } from './destination.js';

/** Where the broker may connect to, by who entered the address. */
export interface OutboundRules {
  /** What the organisation file names (webhooks, providers), and what the vendor's own admins enter. */
  vendor: OutboundOptions;
  /** What people of a customer enter: receivers of their logs, and witnesses. Never this machine, which is the vendor's. */
  customer: OutboundOptions;
}

export function outboundRules({
  outboundPrivate,
}: Pick<BrokerEnvironment, 'outboundPrivate'>): OutboundRules {
  return {
    vendor: { listed: outboundPrivate, thisMachine: 'listed' },
    customer: { listed: outboundPrivate, thisMachine: 'never' },
  };
}

/**
 * The rules for what a provider of identities or signals names in its metadata. If the organisation file itself says that the
 * provider is on this machine, its other addresses may be here too. A provider elsewhere has no such right.
 */
export const rulesOfProvider = ({ vendor }: OutboundRules, isHere: boolean): OutboundOptions =>
  isHere ? { ...vendor, thisMachine: 'any' } : vendor;

/** Whether an address that the organisation file names is on this machine. */
export const isOnThisMachine = (named: string): boolean => isLoopbackHost(new URL(named).hostname);
