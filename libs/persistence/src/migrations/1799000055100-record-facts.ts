import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a call's terms state about place and employer of the requester. NULL: nothing. Frozen once released. */
export class RecordFacts1799000055100 implements MigrationInterface {
  readonly name = 'RecordFacts1799000055100';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE access_records ADD COLUMN requester_facts text');
  }

  /** What records say must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
