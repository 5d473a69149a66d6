import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** The replay memory of security events, and each side's settings for them. Frozen once released. */
export class Signals1799000003000 implements MigrationInterface {
  readonly name = 'Signals1799000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'received_signals',
        columns: [
          { name: 'hash', type: 'varchar', isPrimary: true },
          { name: 'received_at', type: 'varchar' },
        ],
        indices: [{ name: 'received_signals_age', columnNames: ['received_at'] }],
      }),
    );
    // In plain SQL: on SQLite TypeORM would make these tables again, without their triggers.
    for (const table of ['tenants', 'vendor'])
      await runner.query(`ALTER TABLE ${table} ADD COLUMN signals text`);
  }

  /** The replay memory must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
