import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, legalTransitions, neverShrinks } from './initial/guards.js';
import { INITIAL_TABLES } from './initial/tables.js';

/** The first schema, the same on every engine but for its triggers. Frozen: changes are new migrations. */
export class Initial1795000000000 implements MigrationInterface {
  readonly name = 'Initial1795000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of INITIAL_TABLES) await runner.createTable(table);
    const { type } = runner.dataSource.options;
    const guards = [
      ...appendOnly(type, 'events', [['tenant', 'seq']]),
      ...appendOnly(type, 'reviews', [['id'], ['person', 'digest']]),
      ...appendOnly(type, 'feed_changes', [['seq']]),
      ...neverShrinks(type, 'log_heads', 'size'),
      ...neverShrinks(type, 'deployment', 'feed_seq'),
      ...legalTransitions(type, 'requests', 'request'),
      ...legalTransitions(type, 'grants', 'grant'),
    ];
    for (const statement of guards) await runner.query(statement);
    for (const [kind, from, to] of LEGAL_TRANSITIONS)
      await runner.query(
        `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('${kind}', '${from}', '${to}')`,
      );
  }

  /** A log that only grows has no way back: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('the initial migration cannot be reverted; restore a backup instead'));
  }
}

const LEGAL_TRANSITIONS = [
  ...['awaiting_customer', 'approved', 'denied', 'cancelled', 'expired'].map(
    (to) => ['request', 'awaiting_vendor', to] as const,
  ),
  ...['approved', 'denied', 'cancelled', 'expired'].map(
    (to) => ['request', 'awaiting_customer', to] as const,
  ),
  ['grant', 'active', 'ended'] as const,
];
