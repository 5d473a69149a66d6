import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, key, text, word } from './columns.js';
import { appendOnly } from './guards.js';

/**
 * The sealed sub-log of each tenant: leaves that the tenant may not read yet, with a counter of their own, and which of them
 * are open by now. Frozen once released.
 */
export class SealedSubLog1799000022200 implements MigrationInterface {
  readonly name = 'SealedSubLog1799000022200';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
    const engine = runner.dataSource.options.type;
    for (const statement of [
      ...appendOnly(engine, 'sealed_leaves', [['tenant', 'seq']]),
      ...appendOnly(engine, 'opened_leaves', [['tenant', 'seq']]),
      'ALTER TABLE log_days ADD COLUMN opened_size bigint',
    ])
      await runner.query(statement);
  }

  /** What a seal commits to must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const TABLES: readonly Table[] = [
  new Table({
    name: 'sealed_leaves',
    columns: [key('tenant'), key('seq', 'bigint'), word('demand'), word('at'), word('hash'), text('content')],
    indices: [{ name: 'sealed_leaves_of_demand', columnNames: ['tenant', 'demand', 'seq'] }],
  }),
  new Table({ name: 'opened_leaves', columns: [key('tenant'), key('seq', 'bigint'), bigint('leaf')] }),
];
