import type { CheckpointRepository, StoredCheckpoint } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { LogCheckpointEntity } from '../entities/log.entity.js';
import { insertRows } from './many-rows.js';
import { returning, selectRows } from './plain-rows.js';

/** The newest signed checkpoint of each log. Rows of all logs, by name: only the broker's own work uses it. */
export class Checkpoints implements CheckpointRepository {
  constructor(private readonly manager: EntityManager) {}

  async newest(log: string): Promise<StoredCheckpoint | null> {
    const [row] = await selectRows(
      this.manager,
      LogCheckpointEntity,
      'WHERE tenant = ? ORDER BY epoch DESC LIMIT 1',
      [log],
    );
    if (row === undefined) return null;
    const { tenant: _log, ...checkpoint } = row;
    return checkpoint;
  }

  async advance(log: string, { epoch, size, root, note, signedAt }: StoredCheckpoint): Promise<boolean> {
    const first = { tenant: log, epoch, size, root, note, signedAt };
    const before = await this.newest(log);
    if (before === null || before.epoch < epoch)
      await insertRows(this.manager, LogCheckpointEntity, [first], 'skip');
    const moved = await returning(
      this.manager,
      `UPDATE log_checkpoints SET size = ?, root = ?, note = ?, signed_at = ?
       WHERE tenant = ? AND epoch = ? AND (size < ? OR (size = ? AND root = ?)) RETURNING size`,
      [size, root, note, new Date(signedAt).toISOString(), log, epoch, size, size, root],
    );
    return moved.length === 1;
  }

  async addSignatures(
    log: string,
    { epoch, size }: { epoch: number; size: number },
    note: string,
  ): Promise<boolean> {
    const changed = await returning(
      this.manager,
      'UPDATE log_checkpoints SET note = ? WHERE tenant = ? AND epoch = ? AND size = ? RETURNING size',
      [note, log, epoch, size],
    );
    return changed.length === 1;
  }
}
