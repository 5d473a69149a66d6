import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The names of request headers that a gateway did not forward. Frozen once released. */
export class DroppedHeaders1799000004000 implements MigrationInterface {
  readonly name = 'DroppedHeaders1799000004000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE access_records ADD COLUMN dropped_headers text');
  }

  /** What records say must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
