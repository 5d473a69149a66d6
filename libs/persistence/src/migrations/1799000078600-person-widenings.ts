import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The person whom a widening lets decide more. NULL: it is about the controls. Frozen once released. */
export class PersonWidenings1799000078600 implements MigrationInterface {
  readonly name = 'PersonWidenings1799000078600';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE widenings ADD COLUMN person varchar');
  }

  /** What waits must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
