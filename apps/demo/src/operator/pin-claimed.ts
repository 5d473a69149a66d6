import { readHostEnvironment } from '@countersign/config';
import { readPins } from '@countersign/gateway-protocol';
import { openStore, systemClock, systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { sleep } from '@countersign/runtime';
import type { Environment } from '../environment.js';
import type { RunVerb } from './host-verb.js';

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

/** The broker's store, opened on its own host to see who has claimed. */
export interface ClaimsStore {
  /** Hash of the tenant's first trust document; null while it is unclaimed. */
  genesisOf(tenant: string): Promise<string | null>;
  close(): Promise<void>;
}

/** @throws StoreError where it cannot be opened */
export async function openClaims(env: Environment): Promise<ClaimsStore> {
  const { databaseUrl, masterKey } = readHostEnvironment(env);
  const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const store = await openStore({ url: databaseUrl, masterKey, ...system });
  return {
    genesisOf: (tenant) =>
      store.readForTenant(tenant, async ({ trust }) => (await trust.chain(tenant))[0]?.hash ?? null),
    close: () => store.close(),
  };
}
