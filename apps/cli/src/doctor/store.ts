import { publishedKeys, type SlackPlace, type TenantRecord } from '@countersign/access';
import type { SlackEnvironment, StoreEnvironment } from '@countersign/config';
import {
  inspectServer,
  isCopyOfRunning,
  openStore,
  pendingMigrations,
  StoreError,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import { type Finding, failed, ok, skipped, warning } from './finding.js';
import { checkServer } from './server.js';
import { checkSlack, type SlackRecipients } from './slack.js';
import { checkDatabaseTransport } from './transport.js';

const MENDS: Partial<Record<StoreError['code'], string>> = {
  database_missing: 'countersign migrate',
  migrations_pending: 'countersign migrate',
  master_key_mismatch:
    'Set COUNTERSIGN_MASTER_KEY to the current key of this database. `keys rotate-master` replaces the key; a backup from before needs the older one.',
  schema_too_new: 'Run the version of Countersign that migrated this database.',
  rebuild_needed: 'node bin/prepare.mjs install',
  database_unreadable: 'Check that this user may read and write the database file and its folder.',
};

/** What a broker needs before it can work: database, master key, signing keys, organisation; then the Slack channels. */
export async function checkStore(
  environment: StoreEnvironment,
  slack: SlackEnvironment | null,
): Promise<Finding[]> {
  try {
    const isCopy = await isCopyOfRunning(environment.databaseUrl);
    const pending = await pendingMigrations(environment.databaseUrl);
    if (pending.length === 0) return [...databaseCopy(isCopy), ...(await checkOpenStore(environment, slack))];
    return [
      failed('database', `not of this version yet (${pending.length} to apply)`, 'countersign migrate'),
      skippedForNow('master key'),
      skippedForNow('organisation'),
    ];
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const name = error.code === 'master_key_mismatch' ? 'master key' : 'database';
    return [
      failed(name, error.message, MENDS[error.code] ?? 'The message says what is wrong.'),
      skippedForNow('organisation'),
    ];
  }
}

async function checkOpenStore(
  { databaseUrl, masterKey }: StoreEnvironment,
  slack: SlackEnvironment | null,
): Promise<Finding[]> {
  const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const store = await openStore({ url: databaseUrl, masterKey, ...system });
  try {
    const { vendorName, tenants, vendorSlack } = await store.directory.read(async ({ organisation }) => ({
      vendorName: await organisation.vendorName(),
      tenants: await organisation.tenants(),
      vendorSlack: await organisation.vendorSlack(),
    }));
    const { token, feed } = await store.signingKeys.read(async ({ keys }) => ({
      token: await keys.list('token'),
      feed: await keys.list('feed'),
    }));
    const { partedAt } = await store.continuity.read(({ continuity }) => continuity.read());
    const installations = await store.slack.read((unit) => unit.slackInstallations.list());
    const now = systemClock.now();
    return [
      ok('database', `migrated, deployment ${store.deployment}`),
      ok('master key', 'opens this database'),
      ...databaseHistory(partedAt),
      ...checkServer(await inspectServer(databaseUrl)),
      ...checkDatabaseTransport(databaseUrl),
      publishedKeys(token, now).length > 0 && publishedKeys(feed, now).length > 0
        ? ok('signing keys', `${publishedKeys(token, now).length} for tokens, and the feed's`)
        : failed('signing keys', 'some are missing', 'countersign migrate'),
      vendorName === ''
        ? failed('organisation', 'nothing has been applied', 'countersign apply -f FILE')
        : ok('organisation', `${vendorName} with ${tenants.length} tenants`),
      ...(await checkSlack(slack, slackRecipients(tenants, vendorSlack), installations)),
    ];
  } finally {
    await store.close();
  }
}

/** A plain copy of an SQLite file that a broker had open is a valid, older database. */
const databaseCopy = (isCopy: boolean): Finding[] =>
  isCopy
    ? [
        warning(
          'database file',
          'was copied while a broker ran; a plain copy lacks the newest grants and records',
          'Make backups with `countersign backup`. After you have put one in place, run `countersign restore`.',
        ),
      ]
    : [];

const databaseHistory = (partedAt: string | null): Finding[] =>
  partedAt === null
    ? []
    : [
        failed(
          'database history',
          `since ${partedAt} gateways are refused that have received or shipped more than this database has: it was restored from a backup`,
          'countersign restore',
        ),
      ];

const slackRecipients = (
  tenants: readonly TenantRecord[],
  vendorSlack: SlackPlace | null,
): SlackRecipients => [
  ...(vendorSlack === null ? [] : [{ who: 'the vendor’s reviewers', place: vendorSlack }]),
  ...tenants.flatMap(({ slug, slack }) => (slack === null ? [] : [{ who: slug, place: slack }])),
];

const skippedForNow = (name: string): Finding => skipped(name, 'checked once the database can be opened');
