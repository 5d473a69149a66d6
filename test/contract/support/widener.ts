/**
 * A second process on the same database: `widener.ts URL NOW STEP` runs the scheduler of a broker at this instant, and kills
 * itself when the unit of work in which a widening takes effect has come to this step: `controls` (they are stored), `event`
 * (it is in the log) or `end` (all but the commit).
 */
import { runDueTransitions, type Store, type TenantUnit, type VendorUnit } from '@countersign/access';
import { openStore, systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { optionsFor } from '../../support/migrated-database.js';

const [, , url = '', now = '', step = ''] = process.argv;

async function after<T>(name: string, work: Promise<T>): Promise<T> {
  const result = await work;
  if (name === step) process.kill(process.pid, 'SIGKILL');
  return result;
}

const watchedTenant = (unit: TenantUnit): TenantUnit =>
  Object.create(unit, {
    log: {
      value: Object.create(unit.log, {
        append: {
          value: (...parameters: Parameters<TenantUnit['log']['append']>) =>
            after('event', unit.log.append(...parameters)),
        },
      }),
    },
  });

const watched = (unit: VendorUnit): VendorUnit =>
  Object.create(unit, {
    tenant: { value: async (slug: string) => watchedTenant(await unit.tenant(slug)) },
    organisation: {
      value: Object.create(unit.organisation, {
        saveTenant: {
          value: (...parameters: Parameters<VendorUnit['organisation']['saveTenant']>) =>
            after('controls', unit.organisation.saveTenant(...parameters)),
        },
      }),
    },
  });

const opened = await openStore(optionsFor(url));
const store: Store = Object.create(opened, {
  asVendor: {
    value: <T>(work: (unit: VendorUnit) => Promise<T>) =>
      opened.asVendor((unit) => after('end', work(watched(unit)))),
  },
});
await runDueTransitions({
  ...{ store, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing },
  clock: { now: () => new Date(now) },
});
await opened.close();
process.disconnect();
