import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, text, textOrNull, word, wordOrNull } from './columns.js';
import { legalTransitions } from './guards.js';

/** Widenings of privacy controls that wait for a delay and a second admin. Frozen once released. */
export class Widenings1799000045000 implements MigrationInterface {
  readonly name = 'Widenings1799000045000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(WIDENINGS);
    for (const to of ['applied', 'withdrawn', 'lapsed'])
      await runner.query(
        `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('widening', 'waiting', '${to}')`,
      );
    const engine = runner.dataSource.options.type;
    for (const statement of legalTransitions(engine, 'widenings', 'widening')) await runner.query(statement);
  }

  /** What waits must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const WIDENINGS = new Table({
  name: 'widenings',
  columns: [
    key('id'),
    word('tenant'),
    word('state'),
    integer('version'),
    wordOrNull('open_for'),
    word('proposed_by'),
    text('controls_before'),
    text('controls_after'),
    text('waits'),
    wordOrNull('proposal'),
    text('admins'),
    textOrNull('confirmation'),
    word('created_at'),
    word('due_at'),
    wordOrNull('ended_at'),
  ],
  indices: [
    { name: 'widenings_one_waits', columnNames: ['open_for'], isUnique: true },
    { name: 'widenings_list_tenant', columnNames: ['tenant', 'created_at', 'id'] },
    { name: 'widenings_list_tenant_state', columnNames: ['tenant', 'state', 'created_at', 'id'] },
    { name: 'widenings_due', columnNames: ['state', 'due_at'] },
  ],
});
