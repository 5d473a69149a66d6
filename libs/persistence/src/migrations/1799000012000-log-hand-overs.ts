import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, key } from './columns.js';
import { appendOnly } from './guards.js';

/** In which logs a new log key was handed over to, so that each has one leaf of it. Frozen once released. */
export class LogHandOvers1799000012000 implements MigrationInterface {
  readonly name = 'LogHandOvers1799000012000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({ name: 'log_hand_overs', columns: [key('tenant'), key('kid'), bigint('seq')] }),
    );
    const engine = runner.dataSource.options.type;
    for (const statement of appendOnly(engine, 'log_hand_overs', [['tenant', 'kid']]))
      await runner.query(statement);
  }

  /** A log that forgets which keys it handed over to would do it twice: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
