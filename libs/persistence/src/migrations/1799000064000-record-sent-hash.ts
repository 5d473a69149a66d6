import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The SHA-256 of a file that was sent. NULL: the route is no download, or the record is older. Frozen once released. */
export class RecordSentHash1799000064000 implements MigrationInterface {
  readonly name = 'RecordSentHash1799000064000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE access_records ADD COLUMN sent_sha256 varchar');
  }

  /** What records say must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
