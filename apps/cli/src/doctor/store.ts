import { publishedKeys, type SlackPlace, type TenantRecord } from '@countersign/access';
import type { SlackEnvironment, StoreEnvironment } from '@countersign/config';
import {
  openStore,
  pendingMigrations,
  StoreError,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import { type Finding, failed, ok, skipped } from './check.js';
import { type SlackPlaces, slackFindings } from './slack.js';

const MENDS: Partial<Record<StoreError['code'], string>> = {
  database_missing: 'countersign migrate',
  migrations_pending: 'countersign migrate',
  master_key_mismatch:
    'Set COUNTERSIGN_MASTER_KEY to the key that this database was made with (look in your backup of it).',
  schema_too_new: 'Run the version of Countersign that migrated this database, or a later one.',
  database_unreadable: 'Check that this user may read and write the database file and its folder.',
};

/**
 * Database, master key, organisation and keys: what must be right before a broker can work; and whether Slack, where it
 * is set up, takes messages for whoever is told there.
 */
export async function storeFindings(
  { databaseUrl, masterKey }: StoreEnvironment,
  slack: SlackEnvironment | null,
): Promise<Finding[]> {
  try {
    const pending = await pendingMigrations(databaseUrl);
    if (pending.length > 0) {
      return [
        failed('database', `not of this version yet (${pending.length} to apply)`, 'countersign migrate'),
        later('master key'),
        later('organisation'),
      ];
    }
    const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
    const store = await openStore({ url: databaseUrl, masterKey, ...system });
    try {
      const { vendorName, places, tenants } = await store.directory.read(async ({ organisation }) => ({
        vendorName: await organisation.vendorName(),
        tenants: (await organisation.tenants()).length,
        places: placesOf(await organisation.tenants(), await organisation.vendorSlack()),
      }));
      const { token, feed } = await store.signingKeys.read(async ({ keys }) => ({
        token: await keys.list('token'),
        feed: await keys.list('feed'),
      }));
      const installations = await store.slack.read((unit) => unit.slackInstallations.list());
      const now = systemClock.now();
      return [
        ok('database', `migrated, deployment ${store.deployment}`),
        ok('master key', 'opens this database'),
        publishedKeys(token, now).length > 0 && publishedKeys(feed, now).length > 0
          ? ok('signing keys', `${publishedKeys(token, now).length} for tokens, and the feed's`)
          : failed('signing keys', 'some are missing', 'countersign migrate'),
        vendorName === ''
          ? failed('organisation', 'nothing has been applied', 'countersign apply -f FILE')
          : ok('organisation', `${vendorName} with ${tenants} tenants`),
        ...(await slackFindings(slack, places, installations)),
      ];
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const name = error.code === 'master_key_mismatch' ? 'master key' : 'database';
    return [
      failed(name, error.message, MENDS[error.code] ?? 'Look at the message; it says what is wrong.'),
      later('organisation'),
    ];
  }
}

/** Where somebody is told in Slack, by the name of whom. */
const placesOf = (tenants: readonly TenantRecord[], vendorSlack: SlackPlace | null): SlackPlaces => [
  ...(vendorSlack === null ? [] : [{ who: 'the vendor’s reviewers', place: vendorSlack }]),
  ...tenants.flatMap(({ slug, slack }) => (slack === null ? [] : [{ who: slug, place: slack }])),
];

const later = (name: string): Finding => skipped(name, 'once the database can be opened');
