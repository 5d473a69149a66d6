import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, text, word, wordOrNull } from './initial/columns.js';

/** Sessions, pinned identities, sign-ins under way; and who asked how, who ended what. */
export class SignIn1798500000000 implements MigrationInterface {
  readonly name = 'SignIn1798500000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
    // Written out: TypeORM would copy the whole table on SQLite for one more column.
    for (const column of ['requests ADD COLUMN asked text', 'grants ADD COLUMN ended_by varchar'])
      await runner.query(`ALTER TABLE ${column}`);
  }

  /** Sessions that were begun cannot be taken back with the schema: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const ofPerson = (table: string) => ({
  name: `${table}_person_fk`,
  columnNames: ['person'],
  referencedTableName: 'people',
  referencedColumnNames: ['id'],
});

const TABLES = [
  new Table({
    name: 'sessions',
    columns: [
      key('id'),
      word('hash'),
      word('person'),
      word('kind'),
      word('assurance'),
      text('device'),
      wordOrNull('parent'),
      word('created_at'),
      word('seen_at'),
      word('expires_at'),
      wordOrNull('ended_at'),
    ],
    indices: [
      { name: 'sessions_hash', columnNames: ['hash'], isUnique: true },
      { name: 'sessions_person', columnNames: ['person', 'ended_at', 'expires_at'] },
      { name: 'sessions_parent', columnNames: ['parent'] },
      { name: 'sessions_expiry', columnNames: ['expires_at'] },
    ],
    foreignKeys: [ofPerson('sessions')],
  }),
  new Table({
    name: 'identities',
    columns: [key('side'), key('issuer'), key('subject'), word('person'), word('pinned_at')],
    indices: [{ name: 'identities_one_per_person', columnNames: ['person', 'issuer'], isUnique: true }],
    foreignKeys: [ofPerson('identities')],
  }),
  new Table({
    name: 'sign_in_attempts',
    columns: [
      key('hash'),
      word('kind'),
      wordOrNull('person'),
      wordOrNull('browser'),
      text('data'),
      integer('misses'),
      word('created_at'),
      word('expires_at'),
    ],
    indices: [
      { name: 'sign_in_attempts_browser', columnNames: ['browser', 'kind'] },
      { name: 'sign_in_attempts_person', columnNames: ['person', 'kind'] },
      { name: 'sign_in_attempts_expiry', columnNames: ['expires_at'] },
    ],
  }),
];
