import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { integer, key, text, word, wordOrNull } from './initial/columns.js';

/** Slack's installations, accounts and messages; what was told of a grant's use and of a request that waits. */
export class Slack1798700000000 implements MigrationInterface {
  readonly name = 'Slack1798700000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
    // Written out: TypeORM would copy the whole table on SQLite for one more column.
    for (const column of COLUMNS) await runner.query(`ALTER TABLE ${column}`);
    await runner.createIndex(
      'requests',
      new TableIndex({ name: 'requests_remind', columnNames: ['remind_at'] }),
    );
  }

  /** Installations cannot be taken back with the schema: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

/** Rows from before have none: they refused nothing that was counted, and nobody was reminded of them. */
const COLUMNS = [
  'vendor ADD COLUMN slack text',
  'grants ADD COLUMN refused_calls bigint',
  'requests ADD COLUMN reminders integer',
  'requests ADD COLUMN remind_at varchar',
];

const ofPerson = (table: string) => ({
  name: `${table}_person_fk`,
  columnNames: ['person'],
  referencedTableName: 'people',
  referencedColumnNames: ['id'],
});

const TABLES = [
  new Table({
    name: 'slack_installations',
    columns: [
      key('workspace'),
      text('name'),
      word('app_id'),
      word('bot_id'),
      word('bot_user'),
      text('scopes'),
      text('sealed_tokens'),
      wordOrNull('token_expires_at'),
      integer('version'),
      wordOrNull('installed_by'),
      word('installed_at'),
      wordOrNull('ended_at'),
      wordOrNull('end_reason'),
    ],
  }),
  new Table({
    name: 'slack_accounts',
    columns: [
      key('workspace'),
      key('user'),
      wordOrNull('team'),
      word('person'),
      word('way'),
      word('linked_at'),
      word('expires_at'),
    ],
    indices: [{ name: 'slack_accounts_person', columnNames: ['person'] }],
    foreignKeys: [ofPerson('slack_accounts')],
  }),
  new Table({
    name: 'slack_posts',
    columns: [
      key('request'),
      key('recipient'),
      word('workspace'),
      word('channel'),
      word('ts'),
      word('shown'),
      word('posted_at'),
      word('updated_at'),
    ],
    indices: [{ name: 'slack_posts_updated', columnNames: ['updated_at'] }],
  }),
  new Table({
    name: 'slack_seen',
    columns: [key('hash'), word('until')],
    indices: [{ name: 'slack_seen_until', columnNames: ['until'] }],
  }),
];
