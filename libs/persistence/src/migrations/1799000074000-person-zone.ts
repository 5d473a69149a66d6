import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The time zone of a person's browser, for the clocks in their mail. NULL: it is not known. Frozen once released. */
export class PersonZone1799000074000 implements MigrationInterface {
  readonly name = 'PersonZone1799000074000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE people ADD COLUMN zone varchar');
  }

  /** As with every migration: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
