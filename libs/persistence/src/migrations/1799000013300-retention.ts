import type { MigrationInterface, QueryRunner } from 'typeorm';

/** After how many days a tenant's leaves are pruned. NULL: never. Frozen once released. */
export class Retention1799000013300 implements MigrationInterface {
  readonly name = 'Retention1799000013300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE log_settings ADD COLUMN retention_days integer');
  }

  /** What was pruned is gone: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
