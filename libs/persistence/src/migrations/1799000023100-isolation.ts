import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, textOrNull, word, wordOrNull } from './columns.js';

/** The nightly isolation tests, and which tenants are their canaries. Frozen once released. */
export class Isolation1799000023100 implements MigrationInterface {
  readonly name = 'Isolation1799000023100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'isolation_runs',
        columns: [
          key('day'),
          word('claimed_until'),
          textOrNull('report'),
          wordOrNull('ended_at'),
          word('stated_through'),
        ],
      }),
    );
    await runner.query('ALTER TABLE vendor ADD COLUMN canaries text');
  }

  /** Logs say what was tested: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
