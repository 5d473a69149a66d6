import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, refers, word, wordOrNull } from './columns.js';

/** Browsers that engineers opened with grants. Frozen once released. */
export class BrowserSessions1799000058000 implements MigrationInterface {
  readonly name = 'BrowserSessions1799000058000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(SESSIONS);
  }

  /** Engineers who have such a session sign in again. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(SESSIONS);
  }
}

const SESSIONS = new Table({
  name: 'browser_sessions',
  columns: [
    key('id'),
    word('tenant'),
    word('grant_id'),
    word('requester'),
    word('service'),
    word('challenge'),
    wordOrNull('code_hash'),
    word('code_until'),
    wordOrNull('secret_hash'),
    word('created_at'),
    wordOrNull('address'),
  ],
  indices: [{ name: 'browser_sessions_grant', columnNames: ['grant_id'] }],
  foreignKeys: [refers('browser_sessions_grant_fk', 'grant_id', 'grants')],
});
