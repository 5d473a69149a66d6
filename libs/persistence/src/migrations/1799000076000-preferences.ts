import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, text, word } from './columns.js';

/** What people have chosen: the time zone of their clocks, and which notices they do not get. Frozen once released. */
export class Preferences1799000076000 implements MigrationInterface {
  readonly name = 'Preferences1799000076000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE people ADD COLUMN chosen_zone varchar');
    await runner.createTable(
      new Table({ name: 'notice_choices', columns: [key('person'), text('off'), word('saved_at')] }),
    );
  }

  /** As with every migration: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
