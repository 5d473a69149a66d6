import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, text, textOrNull, word, wordOrNull } from './columns.js';
import { legalTransitions } from './guards.js';

/** Emergencies: the customer is notified before they start, and the vendor explains them after. Frozen once released. */
export class Emergencies1799000021000 implements MigrationInterface {
  readonly name = 'Emergencies1799000021000';

  async up(runner: QueryRunner): Promise<void> {
    const engine = runner.dataSource.options.type;
    await runner.query('ALTER TABLE requests ADD COLUMN notice varchar');
    await runner.createTable(DISCLOSURES);
    for (const [kind, from, to] of TRANSITIONS)
      await runner.query(
        `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('${kind}', '${from}', '${to}')`,
      );
    for (const statement of legalTransitions(engine, 'disclosures', 'disclosure'))
      await runner.query(statement);
  }

  /** What the vendor owes its customers must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const TRANSITIONS: readonly [kind: string, from: string, to: string][] = [
  ['request', 'awaiting_vendor', 'notifying'],
  ['request', 'notifying', 'approved'],
  ['request', 'notifying', 'denied'],
  ['request', 'notifying', 'cancelled'],
  ['request', 'notifying', 'expired'],
  ['disclosure', 'due', 'late'],
  ['disclosure', 'due', 'given'],
  ['disclosure', 'late', 'given'],
  ['disclosure', 'given', 'acknowledged'],
  ['disclosure', 'given', 'disputed'],
  ['disclosure', 'disputed', 'given'],
];

const DISCLOSURES = new Table({
  name: 'disclosures',
  columns: [
    key('id'),
    word('request'),
    word('tenant'),
    word('service'),
    word('requester'),
    text('reviewers'),
    word('state'),
    integer('version'),
    word('started_at'),
    word('due_at'),
    wordOrNull('late_at'),
    textOrNull('content'),
    textOrNull('answer'),
  ],
  indices: [
    { name: 'disclosures_list', columnNames: ['started_at', 'id'] },
    { name: 'disclosures_list_tenant', columnNames: ['tenant', 'started_at', 'id'] },
    { name: 'disclosures_list_requester', columnNames: ['requester', 'started_at', 'id'] },
    { name: 'disclosures_list_state', columnNames: ['state', 'started_at', 'id'] },
    { name: 'disclosures_list_tenant_state', columnNames: ['tenant', 'state', 'started_at', 'id'] },
    { name: 'disclosures_list_requester_state', columnNames: ['requester', 'state', 'started_at', 'id'] },
    { name: 'disclosures_due', columnNames: ['state', 'due_at'] },
  ],
});
