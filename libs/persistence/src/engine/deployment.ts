import type { Clock, Ids } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { ContinuityEntity } from '../entities/continuity.entity.js';
import { DeploymentEntity } from '../entities/deployment.entity.js';
import { StoreError } from '../errors.js';
import type { UnitContext } from '../units/context.js';
import type { Sealer } from './secrets/seal.js';

const CHECK = 'this deployment is sealed under this master key';
/** Where the check of the master key is sealed. */
export const checkPlace = (id: string) => ({ table: 'deployment', row: id, purpose: 'deployment' }) as const;

/** Makes the deployment's one row on the first run; on later ones it only checks the master key. */
export async function ensureDeployment(
  manager: EntityManager,
  { sealer, ids, clock }: { sealer: Sealer; ids: Ids; clock: Clock },
): Promise<void> {
  if ((await findDeployment(manager)) !== null) {
    await checkedDeployment(manager, sealer);
    return;
  }
  const id = ids.next('dep');
  await manager.insert(DeploymentEntity, {
    id,
    epoch: 1,
    feedSeq: 0,
    organisationVersion: 0,
    masterKeyCheck: sealer.seal(checkPlace(id), CHECK),
    createdAt: clock.now().toISOString(),
  });
}

/** The deployment's id. @throws StoreError `master_key_mismatch`; `migrations_pending` if there is none yet */
export async function checkedDeployment(manager: EntityManager, sealer: Sealer): Promise<string> {
  const row = await findDeployment(manager);
  if (row === null)
    throw new StoreError('migrations_pending', 'The database was never prepared: run `countersign migrate`.');
  sealer.open(checkPlace(row.id), row.masterKeyCheck);
  return row.id;
}

/** Opens the deployment for a process: it writes in the uptime that the database has. @throws like `checkedDeployment` */
export async function openDeployment(manager: EntityManager, context: UnitContext): Promise<string> {
  const id = await checkedDeployment(manager, context.sealer);
  const continuity = await manager.createQueryBuilder(ContinuityEntity, 'row').getOne();
  context.uptime = continuity?.uptime ?? null;
  return id;
}

const findDeployment = (manager: EntityManager): Promise<DeploymentEntity | null> =>
  manager.createQueryBuilder(DeploymentEntity, 'row').getOne();
