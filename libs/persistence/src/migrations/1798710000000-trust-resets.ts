import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, text, word, wordOrNull } from './initial/columns.js';
import { legalTransitions } from './initial/guards.js';

/** Resets of tenants that lost their keys; and proposals that bring privacy controls with them. */
export class TrustResets1798710000000 implements MigrationInterface {
  readonly name = 'TrustResets1798710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(resets);
    // Written out: TypeORM would copy the whole table on SQLite for one more column.
    await runner.query('ALTER TABLE trust_proposals ADD COLUMN controls text');
    for (const statement of legalTransitions(runner.dataSource.options.type, 'trust_resets', 'reset'))
      await runner.query(statement);
    for (const to of ['used', 'cancelled'])
      await runner.query(
        `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('reset', 'open', '${to}')`,
      );
  }

  /** What was announced cannot be taken back with the schema: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

/** `open_for` is the tenant while the reset is open, and unique: one at a time. */
const resets = new Table({
  name: 'trust_resets',
  columns: [
    key('id'),
    word('tenant'),
    word('state'),
    wordOrNull('open_for'),
    text('reason'),
    word('created_at'),
    wordOrNull('ended_at'),
    wordOrNull('ended_by'),
  ],
  indices: [{ name: 'trust_resets_one_open', columnNames: ['open_for'], isUnique: true }],
});
