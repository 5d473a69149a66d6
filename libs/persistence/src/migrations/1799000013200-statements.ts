import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, integer, key, text, word } from './columns.js';
import { appendOnly } from './guards.js';

/** Statements of accesses, day by day, and which logs want newer heads of their gateways. Frozen once released. */
export class Statements1799000013200 implements MigrationInterface {
  readonly name = 'Statements1799000013200';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
    const engine = runner.dataSource.options.type;
    for (const statement of [
      ...appendOnly(engine, 'statements', [['tenant', 'day']]),
      "ALTER TABLE log_settings ADD COLUMN daily_statement varchar NOT NULL DEFAULT 'off'",
      'ALTER TABLE log_settings ADD COLUMN next_statement varchar',
      "CREATE INDEX events_marks ON events (tenant, type, at) WHERE type IN ('gateway.gap', 'gateway.head', 'gateway.mismatch', 'log.sealed', 'log.unsealed')",
    ])
      await runner.query(statement);
  }

  /** Statements that were signed must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const TABLES: readonly Table[] = [
  new Table({
    name: 'statements',
    columns: [
      key('tenant'),
      key('day'),
      integer('is_complete'),
      bigint('accesses'),
      bigint('size'),
      word('root'),
      text('note'),
      word('made_at'),
    ],
  }),
  new Table({ name: 'head_wants', columns: [key('tenant'), word('after')] }),
];
