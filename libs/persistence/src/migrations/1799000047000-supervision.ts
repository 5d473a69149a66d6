import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, text, wordOrNull } from './columns.js';

/** What rules of supervision have counted, the rule that set a lock, and which resources were used. Frozen once released. */
export class Supervision1799000047000 implements MigrationInterface {
  readonly name = 'Supervision1799000047000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE locks ADD COLUMN rule varchar');
    await runner.createTable(COUNTS);
    await runner.query(
      "CREATE INDEX access_records_used ON access_records (tenant, person, service, resource) WHERE decision = 'allowed'",
    );
  }

  /** Pauses must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const COUNTS = new Table({
  name: 'supervision_counts',
  columns: [
    key('tenant'),
    key('side'),
    key('rule'),
    key('person'),
    text('spans'),
    wordOrNull('since'),
    wordOrNull('quiet_until'),
  ],
});
