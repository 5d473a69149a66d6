import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many fields of an answer were masked, and why one was withheld. NULL: none had to be. Frozen once released. */
export class RecordMasking1799000065000 implements MigrationInterface {
  readonly name = 'RecordMasking1799000065000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE access_records ADD COLUMN masked_fields bigint');
    await runner.query('ALTER TABLE access_records ADD COLUMN withheld varchar');
  }

  /** What records say must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
