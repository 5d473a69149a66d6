import type { OutboundRules } from '../../apps/broker/src/outbound/outbound-rules.js';

/**
 * Rules of a broker in a test that may call this machine at any port, for customers too: a test's receivers and witnesses are here.
 * No setting gives a broker such rules.
 */
export const THIS_MACHINE: OutboundRules = {
  vendor: { listed: [], thisMachine: 'any' },
  customer: { listed: [], thisMachine: 'any' },
};
