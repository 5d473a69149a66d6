import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochOnlyGrows } from './in-touch/epoch-guard.js';
import { bigint, key, word, wordOrNull } from './initial/columns.js';

/** Budgets are leased to gateways; each change of the feed is marked, and a restored store opens a new epoch. */
export class InTouch1798400000000 implements MigrationInterface {
  readonly name = 'InTouch1798400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'budget_leases',
        columns: [
          key('grant_id'),
          key('gateway'),
          key('boot'),
          word('tenant'),
          bigint('turn'),
          bigint('held_calls'),
          bigint('held_bytes'),
          bigint('used_calls'),
          bigint('used_bytes'),
          bigint('ended_calls'),
          bigint('lost_calls'),
          wordOrNull('closed_at'),
        ],
        indices: [{ name: 'budget_leases_gateway', columnNames: ['gateway', 'boot', 'closed_at'] }],
        foreignKeys: [
          {
            name: 'budget_leases_grant_fk',
            columnNames: ['grant_id'],
            referencedTableName: 'grants',
            referencedColumnNames: ['id'],
          },
        ],
      }),
    );
    // Written out: TypeORM would copy the whole table on SQLite for one more column.
    await runner.query('ALTER TABLE feed_changes ADD COLUMN mark varchar');
    for (const statement of epochOnlyGrows(runner.dataSource.options.type)) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
