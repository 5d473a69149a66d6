import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How a gateway signed an allowed call for its upstream. NULL in records of before. Frozen once released. */
export class RecordContexts1799000018100 implements MigrationInterface {
  readonly name = 'RecordContexts1799000018100';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE access_records ADD COLUMN context varchar');
  }

  /** What records say must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
