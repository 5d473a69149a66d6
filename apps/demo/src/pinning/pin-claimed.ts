import { readPins } from '@countersign/gateway-protocol';
import { sleep } from '@countersign/runtime';
import type { RunVerb } from '../prepare/host-verb.js';

const EVERY_MS = 500;

export interface Claims {
  /** Slugs of those who may claim. */
  tenants: readonly string[];
  /** Of the gateway on this host. */
  spoolDir: string;
  /** Hash of a tenant's first trust document, as the broker's store on this host has it; null while unclaimed. */
  genesisOf(tenant: string): Promise<string | null>;
  runVerb: RunVerb;
  tell(line: string): void;
}

/**
 * In the demo broker and gateway share a host, and whoever runs `npm start` is the operator of both: as soon as a tenant
 * is claimed, that operator's own command pins it. A pin that is there is never touched. Ends when the signal is aborted.
 */
export async function pinClaimed(claims: Claims, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pinOnce(claims).catch((error: unknown) => {
      // Told by the signal's abort, which ends the verb too.
      if (!signal.aborted) throw error;
    });
    await sleep(EVERY_MS, signal);
  }
}

async function pinOnce({ tenants, spoolDir, genesisOf, runVerb, tell }: Claims): Promise<void> {
  const pins = await readPins(spoolDir);
  for (const tenant of tenants) {
    if (Object.hasOwn(pins, tenant)) continue;
    const hash = await genesisOf(tenant);
    if (hash === null) continue;
    await runVerb(['gateways', 'pin', tenant, hash]);
    tell(`countersign: ${tenant} was claimed; the gateway on this host is pinned to ${hash}`);
  }
}
