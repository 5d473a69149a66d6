import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The time of the newest leaf that a log has pruned. Of what was pruned before this was kept, that is not known: the time of
 * the pruning counts. Frozen once released.
 */
export class PrunedUntil1799000017000 implements MigrationInterface {
  readonly name = 'PrunedUntil1799000017000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make this table again, without its triggers.
    await runner.query('ALTER TABLE log_heads ADD COLUMN pruned_until varchar');
    await runner.query(
      "UPDATE log_heads SET pruned_until = (SELECT MAX(e.at) FROM events e WHERE e.tenant = log_heads.tenant AND e.type = 'log.pruned') WHERE pruned_before > 0",
    );
  }

  /** What was pruned is gone: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
