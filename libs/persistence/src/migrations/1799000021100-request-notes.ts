import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, word, wordOrNull } from './columns.js';
import { appendOnly } from './guards.js';

/** Questions, answers and forwards of requests, and whom a request has waited for. Frozen once released. */
export class RequestNotes1799000021100 implements MigrationInterface {
  readonly name = 'RequestNotes1799000021100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE requests ADD COLUMN waits text');
    await runner.query('ALTER TABLE requests ADD COLUMN pause text');
    await runner.createTable(NOTES);
    const engine = runner.dataSource.options.type;
    for (const statement of appendOnly(engine, 'request_notes', [['request', 'number']]))
      await runner.query(statement);
  }

  /** What was said must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const NOTES = new Table({
  name: 'request_notes',
  columns: [
    key('request'),
    { ...integer('number'), isPrimary: true },
    word('tenant'),
    word('kind'),
    word('person'),
    wordOrNull('to_person'),
    wordOrNull('text'),
    word('at'),
  ],
});
