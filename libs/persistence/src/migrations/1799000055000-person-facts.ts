import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Place and employer of vendor staff, by who says so. NULL: nothing is known. Frozen once released. */
export class PersonFacts1799000055000 implements MigrationInterface {
  readonly name = 'PersonFacts1799000055000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE people ADD COLUMN facts text');
  }

  /** Approvers have decided by these facts: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
