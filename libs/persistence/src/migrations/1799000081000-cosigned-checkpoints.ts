import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The newest checkpoint that each witness has cosigned, and when people were notified that it is missing. NULL: it has signed none
 * since this migration, and no one was notified. Frozen once released.
 */
export class CosignedCheckpoints1799000081000 implements MigrationInterface {
  readonly name = 'CosignedCheckpoints1799000081000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE witness_states ADD COLUMN note text');
    await runner.query('ALTER TABLE witness_states ADD COLUMN alarmed_at varchar');
  }

  /** A cosignature that is lost cannot be asked for again: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
