import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a gateway made its last report of pins. NULL: it gave no time. Frozen once released. */
export class PinReports1799000051000 implements MigrationInterface {
  readonly name = 'PinReports1799000051000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE gateways ADD COLUMN pins_at varchar');
  }

  /** Without the time an old report would count again: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
