import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, word, wordOrNull } from './initial/columns.js';

/** Each notice goes to each recipient by itself, webhooks among them. */
export class Deliveries1797000000000 implements MigrationInterface {
  readonly name = 'Deliveries1797000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'deliveries',
        columns: [
          key('notice'),
          key('channel'),
          key('recipient'),
          word('tenant'),
          word('lane'),
          word('state'),
          integer('attempts'),
          word('next_at'),
          wordOrNull('delivered_at'),
          wordOrNull('dead_at'),
          wordOrNull('last_error'),
        ],
        indices: [
          { name: 'deliveries_due', columnNames: ['channel', 'state', 'next_at', 'notice'] },
          { name: 'deliveries_lane', columnNames: ['channel', 'recipient', 'lane', 'state', 'notice'] },
          { name: 'deliveries_list', columnNames: ['state', 'notice'] },
          { name: 'deliveries_list_tenant', columnNames: ['tenant', 'state', 'notice'] },
        ],
        foreignKeys: [
          {
            name: 'deliveries_notice_fk',
            columnNames: ['notice'],
            referencedTableName: 'notices',
            referencedColumnNames: ['id'],
          },
        ],
      }),
    );
    // Written out: TypeORM would copy the whole table on SQLite for one more column.
    for (const table of ['tenants', 'vendor'])
      await runner.query(`ALTER TABLE ${table} ADD COLUMN webhooks text`);
  }

  /** What went out cannot be unsaid: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
