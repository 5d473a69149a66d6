import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, text, word, wordOrNull } from './columns.js';
import { legalTransitions } from './guards.js';

/** Mailboxes of tenants that get notices. Frozen once released. */
export class NoticeAddresses1799000057100 implements MigrationInterface {
  readonly name = 'NoticeAddresses1799000057100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(ADDRESSES);
    for (const [from, to] of [
      ['waiting', 'active'],
      ['waiting', 'removed'],
      ['active', 'removed'],
    ])
      await runner.query(
        `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('notice-address', '${from}', '${to}')`,
      );
    const engine = runner.dataSource.options.type;
    for (const statement of legalTransitions(engine, 'notice_addresses', 'notice-address'))
      await runner.query(statement);
  }

  /** Whom a tenant wants to be notified must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const ADDRESSES = new Table({
  name: 'notice_addresses',
  columns: [
    key('id'),
    word('tenant'),
    word('address'),
    word('normalised'),
    text('topics'),
    word('state'),
    integer('version'),
    wordOrNull('code_hash'),
    word('code_until'),
    integer('misses'),
    word('added_by'),
    word('added_at'),
    wordOrNull('confirmed_at'),
    wordOrNull('removed_at'),
  ],
  uniques: [{ name: 'notice_addresses_once', columnNames: ['tenant', 'normalised'] }],
});
