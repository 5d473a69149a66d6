import { type Deps, ensureBrokerKeys, type KeyMaker, openFeedEpoch } from '@countersign/access';
import { readHostEnvironment } from '@countersign/config';
import {
  migrate as migrateDatabase,
  nodeKeyMaker,
  openStore,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import type { Answer, Context } from '../command/context.js';

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
  const migrated = options.migrate === true ? (await migrateDatabase(store)).applied : [];
  const opened = await openStore(store);
  try {
    return await work({ deps: { store: opened, ...system }, keyMaker: nodeKeyMaker, migrated });
  } finally {
    await opened.close();
  }
}

/** Brings the schema up to date and makes the signing and feed keys where there are none. May be repeated. */
export function migrate(context: Context): Promise<Answer> {
  return withStore(context, { migrate: true }, async ({ deps, keyMaker, migrated }) => {
    await ensureBrokerKeys(deps, keyMaker);
    const document = { deployment: deps.store.deployment, applied: migrated };
    const did = migrated.length === 0 ? 'Nothing to do' : `Applied ${migrated.join(', ')}`;
    return { document, text: `${did}; deployment ${deps.store.deployment}.` };
  });
}

/**
 * To be run once the database was restored from a backup, before anybody works again: opens a new epoch of the
 * gateways' feed, so that gateways which had heard more than the backup knows believe it again.
 */
export async function restore(context: Context): Promise<Answer> {
  const { epoch, after } = await withStore(context, {}, ({ deps }) => openFeedEpoch(deps));
  const text = [
    `The gateways' feed is in epoch ${epoch} now; gateways take it as soon as a broker runs.`,
    'What was decided since the backup is not in it: stop again what was stopped, revoke keys again that were revoked',
    '(API keys, signing keys, gateways). Grants that a gateway saw end stay dead at that gateway.',
  ].join('\n');
  return { document: { epoch, after }, text };
}
