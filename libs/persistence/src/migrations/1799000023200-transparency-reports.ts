import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, text, word } from './columns.js';
import { appendOnly } from './guards.js';

/** Published transparency reports. Frozen once released. */
export class TransparencyReports1799000023200 implements MigrationInterface {
  readonly name = 'TransparencyReports1799000023200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'transparency_reports',
        columns: [key('period'), text('document'), text('note'), word('published_at')],
      }),
    );
    for (const statement of appendOnly(runner.dataSource.options.type, 'transparency_reports', [['period']]))
      await runner.query(statement);
  }

  /** What was published must not be published again with other figures: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
