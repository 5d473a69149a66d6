import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, word, wordOrNull } from './columns.js';

/**
 * Which brokers run, whether the database is a backup, and which leaves of each log brokers wrote since they started. Frozen once
 * released.
 */
export class Continuity1799000079000 implements MigrationInterface {
  readonly name = 'Continuity1799000079000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({ name: 'broker_leases', columns: [key('id'), word('started_at'), word('expires_at')] }),
    );
    await runner.createTable(
      new Table({
        name: 'continuity',
        columns: [key('id'), wordOrNull('uptime'), wordOrNull('parted_at'), wordOrNull('restored_at')],
      }),
    );
    await runner.query("INSERT INTO continuity (id) VALUES ('database')");
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE log_heads ADD COLUMN uptime varchar');
    await runner.query('ALTER TABLE log_heads ADD COLUMN uptime_from bigint');
  }

  /** Without it a broker would take the records of gateways that know more than a backup: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
