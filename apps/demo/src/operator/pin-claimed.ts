import { readHostEnvironment } from '@countersign/config';
import { readPins } from '@countersign/gateway-protocol';
import { openStore, systemClock, systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { sleep } from '@countersign/runtime';
import type { Environment } from '../environment.js';
import type { RunVerb } from './run-verb.js';

const POLL_MS = 500;

export interface PinningOptions {
  /** Slugs of the tenants that may claim. */
  tenants: readonly string[];
  /** The spool of the gateway on this host. */
  spoolDir: string;
  /** Hash of a tenant's first trust document in the broker's database; null while the tenant is unclaimed. */
  readGenesisHash(tenant: string): Promise<string | null>;
  runVerb: RunVerb;
  print(line: string): void;
}

/**
 * Pins each tenant on the gateway's host as soon as it is claimed. In the demo, broker and gateway share a host, and the
 * person who runs `npm start` operates both. A pin that exists is never touched. Ends when the signal is aborted.
 */
export async function pinClaimedTenants(options: PinningOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pinOnce(options).catch((error: unknown) => {
      // An abort ends the running verb too; that failure is expected.
      if (!signal.aborted) throw error;
    });
    await sleep(POLL_MS, signal);
  }
}

async function pinOnce(options: PinningOptions): Promise<void> {
  const pins = await readPins(options.spoolDir);
  for (const tenant of options.tenants) {
    if (Object.hasOwn(pins, tenant)) continue;
    const hash = await options.readGenesisHash(tenant);
    if (hash === null) continue;
    await options.runVerb(['gateways', 'pin', tenant, hash]);
    options.print(`countersign: ${tenant} was claimed; the gateway on this host is pinned to ${hash}`);
  }
}

/** Reads claims from the broker's database, on the broker's own host. */
export interface ClaimReader {
  readGenesisHash(tenant: string): Promise<string | null>;
  close(): Promise<void>;
}

/** @throws StoreError if the database cannot be opened */
export async function openClaimReader(env: Environment): Promise<ClaimReader> {
  const { databaseUrl, masterKey } = readHostEnvironment(env);
  const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const store = await openStore({ url: databaseUrl, masterKey, ...system });
  return {
    readGenesisHash: (tenant) =>
      store.readForTenant(tenant, async ({ trust }) => (await trust.chain(tenant))[0]?.hash ?? null),
    close: () => store.close(),
  };
}
