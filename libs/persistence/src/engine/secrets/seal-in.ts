import type { EntityManager } from 'typeorm';
import { checkedDeployment } from '../deployment.js';
import { SHARE_MIGRATION } from '../postgres/advisory-locks.js';
import type { Place, Sealer } from './seal.js';

/**
 * Seals a secret for a row of this transaction. The database keeps its master key until the transaction ends, so a broker
 * that still runs with the old one after a rotation stores nothing that the new one could not open.
 *
 * @throws StoreError `master_key_mismatch` if the master key was rotated meanwhile
 */
export async function sealIn(
  manager: EntityManager,
  sealer: Sealer,
  place: Place,
  secret: string,
): Promise<string> {
  // SQLite has one writing transaction at a time.
  if (manager.dataSource.options.type === 'postgres') await manager.query(SHARE_MIGRATION);
  await checkedDeployment(manager, sealer);
  return sealer.seal(place, secret);
}
