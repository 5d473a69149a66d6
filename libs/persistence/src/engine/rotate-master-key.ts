import type { Clock } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { SigningKeyEntity } from '../entities/credentials.entity.js';
import { DemandKeyEntity } from '../entities/demand.entity.js';
import { DeploymentEntity } from '../entities/deployment.entity.js';
import { ExportTargetEntity } from '../entities/export-target.entity.js';
import { LogDaysEntity } from '../entities/log-days.entity.js';
import { SlackInstallationEntity } from '../entities/slack.entity.js';
import { StoreError } from '../errors.js';
import { runningBrokers } from '../repositories/continuity.js';
import { signingKeyPlace } from '../repositories/credentials.js';
import { demandKeyPlace } from '../repositories/demands.js';
import { exportSecretPlace } from '../repositories/export-targets.js';
import { dayKeyPlace } from '../repositories/log-days.js';
import { OrganisationCache } from '../repositories/organisation-cache.js';
import { query } from '../repositories/plain-rows.js';
import { slackTokensPlace } from '../repositories/slack.js';
import { Owners } from '../units/context.js';
import { TransactionEnd } from '../units/transaction-end.js';
import { UnitOfWork } from '../units/unit-of-work.js';
import { checkPlace } from './deployment.js';
import { NO_RULES, type StoreOptions } from './engine.js';
import { asPostgresOwner } from './postgres/migrate.js';
import { type Place, Sealer } from './secrets/seal.js';
import { asSqliteOwner } from './sqlite/migrate.js';
import { placeOf } from './url.js';

export type RotateOptions = StoreOptions & {
  clock: Clock;
  /** 32 bytes; `masterKey` is the current one. */
  newMasterKey: Uint8Array;
};

/** A rotation that has committed. The ids name the keys and reveal nothing of them. */
export interface MasterKeyRotation {
  from: string;
  to: string;
  /** How many secrets are sealed again. */
  secrets: number;
}

/**
 * Seals everything that the master key protects again, under keys that are derived from another one, in one transaction:
 * after a crash the database opens with exactly one of the two keys. Brokers that run with the old key fail from then on,
 * so they are stopped before. Backups keep needing the old key.
 *
 * @throws StoreError `brokers_running`, `master_key_mismatch` if `masterKey` does not open the database, `master_key_unchanged`,
 *   `secret_unreadable`, `migrations_pending`, `database_missing`, `database_unreadable`, `role_missing` if the login does
 *   not own the tables
 */
export async function rotateMasterKey(options: RotateOptions): Promise<MasterKeyRotation> {
  const sealers: Sealers = {
    from: new Sealer(options.masterKey, options.random),
    to: new Sealer(options.newMasterKey, options.random),
  };
  if (sealers.from.keyId === sealers.to.keyId)
    throw new StoreError('master_key_unchanged', 'The new master key is the one that the database has.');
  const place = placeOf(options.url);
  const work = (manager: EntityManager) => rotateIn(manager, sealers, options);
  return place.engine === 'sqlite' ? asSqliteOwner(place.path, work) : asPostgresOwner(place.url, work);
}

type Sealers = { from: Sealer; to: Sealer };

async function rotateIn(
  manager: EntityManager,
  sealers: Sealers,
  options: RotateOptions,
): Promise<MasterKeyRotation> {
  const { ids, random, hashing, clock } = options;
  const context = {
    ...{ ids, random, hashing, sealer: sealers.to },
    ...{ organisation: new OrganisationCache(), owners: new Owners(), uptime: null },
  };
  await refuseRunningBrokers(manager, clock.now());
  const end = new TransactionEnd(context, NO_RULES);
  const unit = new UnitOfWork(manager, context, NO_RULES, end, null);
  // The deployment's log first: no broker makes a signing key meanwhile.
  const { log } = await unit.vendor();
  const rows = await sealedRows(manager);
  for (const { place, sealed, save } of rows) {
    const again = sealers.to.seal(place, sealers.from.open(place, sealed));
    await save(again);
  }
  const rotation = { from: sealers.from.keyId, to: sealers.to.keyId, secrets: rows.length };
  await log.append({
    type: 'master-key.rotated',
    at: clock.now().toISOString(),
    actor: 'host',
    data: { ...rotation },
  });
  await unit.settle();
  await end.flush(manager);
  return rotation;
}

/** A broker that starts meanwhile waits for this transaction, and then has the wrong key. @throws StoreError `brokers_running` */
async function refuseRunningBrokers(manager: EntityManager, now: Date): Promise<void> {
  await query(manager, 'UPDATE continuity SET uptime = uptime', []);
  const running = await runningBrokers(manager, now.toISOString());
  const last = running
    .map(({ expiresAt }) => expiresAt)
    .sort()
    .at(-1);
  if (last === undefined) return;
  const [are, them] = running.length === 1 ? ['broker runs', 'it'] : ['brokers run', 'them'];
  throw new StoreError(
    'brokers_running',
    `${running.length} ${are} on this database (${running.map(({ startedAt }) => `since ${startedAt}`).join(', ')}). Stop ${them} first. One that was killed counts until ${last}.`,
  );
}

interface SealedRow {
  place: Place;
  sealed: string;
  save(sealed: string): Promise<unknown>;
}

/** Every column that holds sealed texts. A new one is a new block here; `rotate-master-key.spec.ts` finds a forgotten one. */
async function sealedRows(manager: EntityManager): Promise<SealedRow[]> {
  const deployments = await manager.createQueryBuilder(DeploymentEntity, 'row').getMany();
  const keys = await manager.find(SigningKeyEntity);
  const installations = await manager.find(SlackInstallationEntity);
  const days = await manager.find(LogDaysEntity, { select: { tenant: true, sealedKey: true } });
  const targets = await manager.find(ExportTargetEntity);
  const demands = await manager.find(DemandKeyEntity);
  return [
    ...deployments.map(({ id, masterKeyCheck }) => ({
      place: checkPlace(id),
      sealed: masterKeyCheck,
      save: (sealed: string) => manager.update(DeploymentEntity, { id }, { masterKeyCheck: sealed }),
    })),
    ...keys.map((key) => ({
      place: signingKeyPlace(key),
      sealed: key.sealedPem,
      save: (sealed: string) => manager.update(SigningKeyEntity, { kid: key.kid }, { sealedPem: sealed }),
    })),
    ...installations
      .filter(({ sealedTokens }) => sealedTokens !== '')
      .map(({ workspace, sealedTokens }) => ({
        place: slackTokensPlace(workspace),
        sealed: sealedTokens,
        save: (sealed: string) =>
          manager.update(SlackInstallationEntity, { workspace }, { sealedTokens: sealed }),
      })),
    ...targets
      .filter(({ sealedSecret }) => sealedSecret !== '')
      .map(({ id, sealedSecret }) => ({
        place: exportSecretPlace(id),
        sealed: sealedSecret,
        save: (sealed: string) => manager.update(ExportTargetEntity, { id }, { sealedSecret: sealed }),
      })),
    ...demands.map(({ demand, sealedKey }) => ({
      place: demandKeyPlace(demand),
      sealed: sealedKey,
      save: (sealed: string) => manager.update(DemandKeyEntity, { demand }, { sealedKey: sealed }),
    })),
    ...days.flatMap(({ tenant, sealedKey }) =>
      sealedKey === null
        ? []
        : [
            {
              place: dayKeyPlace(tenant),
              sealed: sealedKey,
              save: (sealed: string) => manager.update(LogDaysEntity, { tenant }, { sealedKey: sealed }),
            },
          ],
    ),
  ];
}
