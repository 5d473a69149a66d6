/**
 * A second process on the same database: `sealer.ts URL NOW` writes the daily leaves that are due at this instant, as a
 * broker does, and opens the seals that are due.
 */
import { openSeals, sealDays } from '@countersign/access';
import { openStore, systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { optionsFor } from '../../support/migrated-database.js';

const [, , url = '', now = ''] = process.argv;
const store = await openStore(optionsFor(url));
const deps = {
  ...{ store, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing },
  clock: { now: () => new Date(now) },
};
await sealDays(deps, null);
await openSeals(deps, null);
await store.close();
process.disconnect();
