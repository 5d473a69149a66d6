import type { Deps, KeyMaker } from '@countersign/access';
import { readHostEnvironment } from '@countersign/config';
import {
  migrate,
  nodeKeyMaker,
  openStore,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import type { Context } from '../../runtime/context.js';

/** What a host verb works with. `migrated` names the migrations that were applied just now. */
export type Host = { deps: Deps; keyMaker: KeyMaker; migrated: string[] };

/**
 * Opens the store for one verb and closes it after, whether or not a broker has it open too.
 * @throws ConfigError; StoreError, which `report` tells by its own code
 */
export async function withStore<Result>(
  context: Context,
  options: { migrate?: boolean },
  work: (host: Host) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl, masterKey } = readHostEnvironment(context.io.env);
  const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const store = { url: databaseUrl, masterKey, ...system };
  const migrated = options.migrate === true ? (await migrate(store)).applied : [];
  const opened = await openStore(store);
  try {
    return await work({ deps: { store: opened, ...system }, keyMaker: nodeKeyMaker, migrated });
  } finally {
    await opened.close();
  }
}
