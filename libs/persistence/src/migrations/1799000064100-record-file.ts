import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The storage from which a call fetched a file, and the call whose answer had the link. NULL: it fetched none. Frozen once released. */
export class RecordFile1799000064100 implements MigrationInterface {
  readonly name = 'RecordFile1799000064100';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE access_records ADD COLUMN file text');
  }

  /** What records say must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
