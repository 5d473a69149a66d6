import { type Deps, ensureBrokerKeys, type Signers } from '@countersign/access';
import { readHostEnvironment } from '@countersign/config';
import {
  migrate as migrateDatabase,
  openStore,
  systemClock,
  systemHashing,
  systemRandomness,
  systemSigners,
  uuidV7Ids,
} from '@countersign/persistence';
import type { Answer, Context } from '../command/context.js';

/** What a verb on the broker's host works with. `migrated` names the migrations that were applied just now. */
export type Host = { deps: Deps; signers: Signers; migrated: string[] };

/**
 * Opens the database for one verb and closes it after. A broker may have it open at the same time.
 * @throws ConfigError; StoreError, which is reported by its own code
 */
export async function withStore<Result>(
  context: Context,
  options: { migrate?: boolean },
  work: (host: Host) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl, masterKey } = readHostEnvironment(context.io.env);
  const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const connection = { url: databaseUrl, masterKey, ...system };
  const migrated = options.migrate === true ? (await migrateDatabase(connection)).applied : [];
  const store = await openStore(connection);
  try {
    return await work({ deps: { store, ...system }, signers: systemSigners, migrated });
  } finally {
    await store.close();
  }
}

/** Brings the schema up to date, and makes the signing and feed keys that are missing. It may be repeated. */
export function migrate(context: Context): Promise<Answer> {
  return withStore(context, { migrate: true }, async ({ deps, signers, migrated }) => {
    await ensureBrokerKeys(deps, signers);
    const { deployment } = deps.store;
    const did = migrated.length === 0 ? 'Nothing to do' : `Applied ${migrated.join(', ')}`;
    return { document: { deployment, applied: migrated }, text: `${did}; deployment ${deployment}.` };
  });
}
