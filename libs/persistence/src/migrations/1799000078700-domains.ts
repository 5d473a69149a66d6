import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The domains whose addresses belong to one side alone. NULL: none is listed. Frozen once released. */
export class Domains1799000078700 implements MigrationInterface {
  readonly name = 'Domains1799000078700';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the tables again, without their triggers.
    await runner.query('ALTER TABLE vendor ADD COLUMN domains text');
    await runner.query('ALTER TABLE tenants ADD COLUMN domains text');
  }

  /** As with every migration: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
