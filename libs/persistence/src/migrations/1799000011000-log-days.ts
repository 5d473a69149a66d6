import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, key, text, textOrNull, word } from './columns.js';
import { neverShrinks } from './guards.js';

/**
 * The daily leaves of tenants' logs. A tenant that exists gets a sealed leaf for each day since its first leaf, by the job
 * that writes them; and a checkpoint of the deployment before its next grant.
 */
export class LogDays1799000011000 implements MigrationInterface {
  readonly name = 'LogDays1799000011000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'log_days',
        columns: [
          key('tenant'),
          word('next_day'),
          word('next_opening'),
          bigint('recorded'),
          textOrNull('sealed_key'),
        ],
        indices: [
          { name: 'log_days_to_seal', columnNames: ['next_day', 'tenant'] },
          { name: 'log_days_to_open', columnNames: ['next_opening', 'tenant'] },
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'day_seals',
        columns: [key('tenant'), key('day'), bigint('leaf'), word('commitment'), text('content')],
      }),
    );
    const engine = runner.dataSource.options.type;
    for (const statement of neverShrinks(engine, 'log_days', 'next_day')) await runner.query(statement);
    await runner.query(
      `INSERT INTO log_days (tenant, next_day, next_opening, recorded)
       SELECT slug, substr(at, 1, 10), substr(at, 1, 10), 0 FROM tenants JOIN events ON tenant = slug AND seq = 0`,
    );
    await runner.query('ALTER TABLE log_heads ADD COLUMN relied_on bigint');
    await runner.query(`UPDATE log_heads SET relied_on = size WHERE tenant = 'deployment'`);
  }

  /** A log only grows: it cannot be reverted. Restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
