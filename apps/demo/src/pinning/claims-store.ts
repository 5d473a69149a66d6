import { readHostEnvironment } from '@countersign/config';
import { openStore, systemClock, systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import type { Environment } from '../environment.js';

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
