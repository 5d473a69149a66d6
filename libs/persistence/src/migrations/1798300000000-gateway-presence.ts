import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  gateways: ['last_seen_at varchar', 'closed_at varchar'],
  record_chains: ['head text', 'moved_at varchar', 'closed_at varchar'],
};

/** When a gateway was last heard of, the last signed head of its chains, and that they are closed when it vanishes. */
export class GatewayPresence1798300000000 implements MigrationInterface {
  readonly name = 'GatewayPresence1798300000000';

  async up(runner: QueryRunner): Promise<void> {
    // Written out: TypeORM would copy the whole table on SQLite for one more column.
    for (const [table, columns] of Object.entries(COLUMNS))
      for (const column of columns) await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column}`);
    await runner.createIndex(
      'record_chains',
      new TableIndex({ name: 'record_chains_open', columnNames: ['gateway', 'closed_at', 'tenant'] }),
    );
  }

  /** What is logged rests on it: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
